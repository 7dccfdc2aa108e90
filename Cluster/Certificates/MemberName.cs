namespace QuicPair.Cluster.Certificates;

/// <summary>The names that certificates may carry: silo names, which are labels of the DNS.</summary>
internal static class MemberName
{
    private const int MaxLength = 63;

    public static bool IsValid(string name) =>
        name.Length is > 0 and <= MaxLength && name.All(c => c is (>= 'a' and <= 'z') or (>= '0' and <= '9') or '-');
}
