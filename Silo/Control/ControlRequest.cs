namespace QuicPair.Silo.Control;

/// <summary>One line that a local program sends; which fields count depends on the operation.</summary>
internal sealed record ControlRequest
{
    public string Op { get; init; } = "";

    public int? Seconds { get; init; }

    public bool Confirm { get; init; }

    public bool Local { get; init; }

    public bool Here { get; init; }

    public string? Device { get; init; }

    public string? Name { get; init; }

    public string? Code { get; init; }

    public bool? Accept { get; init; }

    public string? Role { get; init; }

    public IReadOnlyList<string>? Models { get; init; }

    public bool? Pull { get; init; }

    public bool? Unload { get; init; }

    public long? TokensPerDay { get; init; }

    public long? Expires { get; init; }

    public string? Invitation { get; init; }

    public string? Database { get; init; }

    public string? Address { get; init; }

    public int? Port { get; init; }

    public string? Door { get; init; }

    public string? PublicUrl { get; init; }

    public string? Folder { get; init; }

    /// <summary>Without the secrets in it.</summary>
    public override string ToString() => nameof(ControlRequest);
}
