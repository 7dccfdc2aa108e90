using System.ComponentModel.DataAnnotations;

namespace QuicPair.SignalingApi.Ice;

/// <summary>
/// The ICE servers of a household: phones are told them, and a Mac gathers its own candidates through them.
/// Configuration section <c>Ice</c>, and the variables <c>TURN_URLS</c>, <c>TURN_USER</c>, <c>TURN_PASS</c> and
/// <c>TURN_SECRET</c>, which win. A list may be given entry by entry or as one text with commas.
/// </summary>
public sealed class IceOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Ice";

    /// <summary>STUN servers as <c>stun:host:port</c>. Default: none; in a Mac's process Google's three.</summary>
    public IList<string> StunUrls { get; private set; } = [];

    /// <summary>
    /// Relays as <c>turn:</c> or <c>turns:</c> URLs. They need <see cref="TurnSecret"/> or <see cref="TurnUser"/>.
    /// Default: none.
    /// </summary>
    public IList<string> TurnUrls { get; private set; } = [];

    /// <summary>
    /// The secret that the relay shares (coturn's <c>static-auth-secret</c>). Default: none.
    /// </summary>
    public string TurnSecret { get; set; } = string.Empty;

    /// <summary>The fixed user at the relays, when there is no secret. Default: none.</summary>
    public string TurnUser { get; set; } = string.Empty;

    /// <summary>The fixed user's password. Default: none.</summary>
    public string TurnPassword { get; set; } = string.Empty;

    /// <summary>How long a credential is good for, at most 600 s. Default: 600 s.</summary>
    public TimeSpan CredentialLifetime { get; set; } = RelayCredentials.MaxLifetime;

    /// <summary>Reads the section and the variables; nothing is checked.</summary>
    public static IceOptions Read(IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var options = new IceOptions();
        options.Fill(configuration);
        return options;
    }

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (CredentialLifetime <= TimeSpan.Zero || CredentialLifetime > RelayCredentials.MaxLifetime)
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(CredentialLifetime)} is not within 600 s; it is written as hh:mm:ss, such as "
                + "00:05:00.");
        }

        if (TurnUrls.Count > 0 && TurnSecret.Length == 0 && TurnUser.Length == 0)
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(TurnUrls)} needs {Section}:{nameof(TurnSecret)} (TURN_SECRET), or "
                + $"{Section}:{nameof(TurnUser)} and {Section}:{nameof(TurnPassword)} (TURN_USER, TURN_PASS).");
        }
    }

    internal void Fill(IConfiguration configuration)
    {
        var section = configuration.GetSection(Section);
        StunUrls = List(section, nameof(StunUrls), null);
        TurnUrls = List(section, nameof(TurnUrls), configuration["TURN_URLS"]);
        TurnSecret = configuration["TURN_SECRET"] ?? section[nameof(TurnSecret)] ?? "";
        TurnUser = configuration["TURN_USER"] ?? section[nameof(TurnUser)] ?? "";
        TurnPassword = configuration["TURN_PASS"] ?? section[nameof(TurnPassword)] ?? "";
        if (configuration.GetValue(FrontDoorOptions.LocalOnly, false))
        {
            // Local mode asks nobody, and nobody is told to.
            (StunUrls, TurnUrls) = ([], []);
        }

        CredentialLifetime = section.GetValue(nameof(CredentialLifetime), RelayCredentials.MaxLifetime);
    }

    private static List<string> List(IConfigurationSection section, string name, string? variable)
    {
        var entries = section.GetSection(name).GetChildren().Select(child => child.Value ?? "");
        IEnumerable<string> texts = variable is not null ? [variable]
            : entries.Any() ? entries
            : [section[name] ?? ""];
        return [.. texts.SelectMany(text => text.Split(
            ',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
    }
}
