namespace QuicPair.Cluster.Certificates;

/// <summary>A certificate or its key cannot be used.</summary>
public sealed class CertificateException : Exception
{
    /// <summary>Says that a certificate cannot be used.</summary>
    public CertificateException()
    {
    }

    /// <summary>Says why a certificate cannot be used.</summary>
    public CertificateException(string message)
        : base(message)
    {
    }

    /// <summary>Says why a certificate cannot be used, and what was seen.</summary>
    public CertificateException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
