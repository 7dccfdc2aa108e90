using System.ComponentModel.DataAnnotations;

namespace QuicPair.SignalingApi;

/// <summary>
/// Where the front door stands and who may look inside. Configuration section <c>FrontDoor</c>.
/// </summary>
public sealed class FrontDoorOptions : IValidatableObject
{
    /// <summary>
    /// The setting of local mode, <c>Network:LocalOnly</c>: nothing leaves the private address ranges.
    /// </summary>
    public const string LocalOnly = "Network:LocalOnly";

    /// <summary>The configuration section.</summary>
    public const string Section = "FrontDoor";

    /// <summary>
    /// The origin that links and QR codes name, such as <c>https://ai.example.org</c>. Default: none.
    /// </summary>
    public string PublicUrl { get; set; } = string.Empty;

    /// <summary>
    /// Host names that it answers to, beside the one of <see cref="PublicUrl"/>, <c>localhost</c>, the
    /// machine's own name, that name with <c>.local</c>, and the address that the connection came to.
    /// Default: none.
    /// </summary>
    public IList<string> Hosts { get; } = [];

    /// <summary>
    /// Addresses of proxies whose <c>X-Forwarded-*</c> headers are believed. Default: none.
    /// </summary>
    public IList<string> KnownProxies { get; } = [];

    /// <summary>Whether the dashboard is served. Default: yes.</summary>
    public bool Dashboard { get; set; } = true;

    /// <summary>
    /// The operator's token, at least 22 characters. Default: a new random one at every start.
    /// </summary>
    public string DashboardToken { get; set; } = string.Empty;

    /// <summary>The folder of a front door that runs alone. Default: see docs/operations.md.</summary>
    public string DataFolder { get; set; } = string.Empty;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (PublicUrl.Length > 0 && !(Uri.TryCreate(PublicUrl, UriKind.Absolute, out var url) && IsWeb(url)))
        {
            yield return new ValidationResult($"{Section}:{nameof(PublicUrl)} is not an http or https URL.");
        }

        // 128 bits are 22 characters of base64url or 32 hexadecimal digits.
        if (DashboardToken.Length is > 0 and < 22)
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(DashboardToken)} has fewer than 22 characters.");
        }

        if (KnownProxies.Any(proxy => !System.Net.IPAddress.TryParse(proxy, out _)))
        {
            yield return new ValidationResult(
                $"{Section}:{nameof(KnownProxies)} has an entry that is no address.");
        }
    }

    private static bool IsWeb(Uri url) => url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps;
}
