using System.ComponentModel.DataAnnotations;

namespace QuicPair.SignalingApi.Ice;

/// <summary>The ICE servers that phones are told. Configuration section <c>Ice</c>.</summary>
public sealed class IceOptions : IValidatableObject
{
    /// <summary>The configuration section.</summary>
    public const string Section = "Ice";

    /// <summary>STUN servers as <c>stun:host:port</c>. Default: none.</summary>
    public IList<string> StunUrls { get; } = [];

    /// <summary>
    /// Relays as <c>turn:</c> or <c>turns:</c> URLs. They need <see cref="TurnSecret"/>. Default: none.
    /// </summary>
    public IList<string> TurnUrls { get; } = [];

    /// <summary>
    /// The secret that the relay shares (coturn's <c>static-auth-secret</c>). Default: none.
    /// </summary>
    public string TurnSecret { get; set; } = string.Empty;

    /// <summary>How long a credential is good for, at most 600 s. Default: 600 s.</summary>
    public TimeSpan CredentialLifetime { get; set; } = RelayCredentials.MaxLifetime;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (CredentialLifetime <= TimeSpan.Zero || CredentialLifetime > RelayCredentials.MaxLifetime)
        {
            yield return new ValidationResult($"{Section}:{nameof(CredentialLifetime)} is not within 600 s.");
        }

        if (TurnUrls.Count > 0 && TurnSecret.Length == 0)
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(TurnUrls)} needs {Section}:{nameof(TurnSecret)}.");
        }
    }
}
