namespace QuicPair.Protocol.Chat;

/// <summary>One model of a Mac.</summary>
public sealed record ModelDescription
{
    /// <summary>The name to ask for.</summary>
    public required string Name { get; init; }

    /// <summary>Bytes on disk.</summary>
    public required long Size { get; init; }

    /// <summary>Whether it is in memory.</summary>
    public required bool Loaded { get; init; }

    /// <summary>Whether it runs elsewhere, outside the Mac.</summary>
    public required bool Remote { get; init; }

    /// <summary>What it can do, such as <c>tools</c>, <c>vision</c>, <c>thinking</c>.</summary>
    public IReadOnlyList<string> Capabilities { get; init; } = [];

    /// <summary>The SHA-256 of its manifest, hexadecimal; null when not known.</summary>
    public string? Digest { get; init; }

    /// <summary>When it was changed, Unix seconds; null when not known.</summary>
    public long? Modified { get; init; }

    /// <summary>The family, such as <c>qwen2</c>; null when not known.</summary>
    public string? Family { get; init; }

    /// <summary>The number of parameters for people, such as <c>3.1B</c>; null when not known.</summary>
    public string? ParameterSize { get; init; }

    /// <summary>The quantization, such as <c>Q4_K_M</c>; null when not known.</summary>
    public string? Quantization { get; init; }

    /// <summary>Where it runs when that is not the Mac, an address; null when not known.</summary>
    public string? RemoteHost { get; init; }

    /// <summary>Its name there; null when not known.</summary>
    public string? RemoteModel { get; init; }
}
