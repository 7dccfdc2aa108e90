namespace QuicPair.Silo.Control;

/// <summary>A paired device, for the owner.</summary>
/// <param name="Device">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="Since">When it was paired, Unix seconds.</param>
/// <param name="Connected">Whether it has a live session.</param>
/// <param name="Path"><c>local</c>, <c>direct</c> or <c>relay</c>, while connected.</param>
/// <param name="RoundTripMs">The round trip, while connected.</param>
internal sealed record ControlDevice(
    string Device, string Name, long Since, bool Connected, string? Path, double? RoundTripMs)
{
    /// <summary><c>owner</c>, <c>user</c> or <c>guest</c>.</summary>
    public required string Role { get; init; }

    /// <summary>The models that it may use; <c>*</c> is all.</summary>
    public required IReadOnlyList<string> Models { get; init; }

    /// <summary>Whether it may fetch models.</summary>
    public required bool Pull { get; init; }

    /// <summary>Whether it may take models out of memory.</summary>
    public required bool Unload { get; init; }

    /// <summary>Tokens of prompts and answers in a day (UTC); 0 is no limit.</summary>
    public required long TokensPerDay { get; init; }

    /// <summary>Tokens of today.</summary>
    public required long TokensToday { get; init; }

    /// <summary>When its access ends, Unix seconds; 0 is never.</summary>
    public required long Expires { get; init; }
}
