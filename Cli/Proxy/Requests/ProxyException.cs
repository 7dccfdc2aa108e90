namespace QuicPair.Cli.Proxy.Requests;

/// <summary>A request that the proxy itself refuses.</summary>
internal sealed class ProxyException(int status, string sentence, string code, string? field = null)
    : Exception(sentence)
{
    /// <summary>The HTTP status.</summary>
    public int Status { get; } = status;

    /// <summary>The code of the OpenAI API.</summary>
    public string Code { get; } = code;

    /// <summary>The field that is wrong.</summary>
    public string? Field { get; } = field;

    public static ProxyException Bad(string sentence, string? field = null) =>
        new(400, sentence, "invalid_value", field);
}
