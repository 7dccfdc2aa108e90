namespace QuicPair.RtcPeer;

/// <summary>What the other side has told: a description, and candidates, some of which may come before it.</summary>
internal sealed class RemoteDescription
{
    private readonly List<string> _early = [];
    private string _sdp = "";

    /// <summary>A description with the candidates that came before it.</summary>
    public string Complete(string sdp) => _early.Aggregate(sdp, Append);

    /// <summary>Remembers a description that could be used.</summary>
    public void Accept(string complete)
    {
        _sdp = complete;
        _early.Clear();
    }

    /// <summary>
    /// Takes a candidate and gives the description with it; null when the description has yet to come, which then will
    /// have it.
    /// </summary>
    /// <exception cref="FormatException">It is more than one line.</exception>
    public string? Add(string candidate)
    {
        if (candidate.AsSpan().ContainsAny('\r', '\n')) throw new FormatException("A candidate is one line.");
        if (_sdp.Length == 0)
        {
            _early.Add(candidate);
            return null;
        }

        return Append(_sdp, candidate);
    }

    /// <summary>Another description is awaited, to which the candidates from here on belong.</summary>
    public void AwaitNext() => _sdp = "";

    /// <summary>Another connection begins.</summary>
    public void Forget()
    {
        _sdp = "";
        _early.Clear();
    }

    private static string Append(string sdp, string candidate)
    {
        var line = candidate.StartsWith("a=", StringComparison.Ordinal) ? candidate : "a=" + candidate;
        return sdp.TrimEnd() + "\r\n" + line + "\r\n";
    }
}
