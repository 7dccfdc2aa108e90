using System.Globalization;
using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;

namespace QuicPair.Cli.Doctor.Machine;

/// <summary>Asks a front door once: does it answer, is its certificate good, what does its clock say?</summary>
/// <param name="door">The origin of the front door.</param>
/// <param name="clock">This machine's clock.</param>
/// <param name="isLocalOnly">Local mode: the system's proxy, which may be anywhere, is not asked.</param>
internal sealed class FrontDoorChecks(Uri door, TimeProvider clock, bool isLocalOnly = false)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan SoonExpired = TimeSpan.FromDays(14);

    // QP/1 section 3: an offer is refused beyond 300 s; a phone corrects itself from 240 s on.
    private static readonly TimeSpan MuchSkew = TimeSpan.FromSeconds(240);
    private static readonly TimeSpan SomeSkew = TimeSpan.FromSeconds(30);

    private string Name => door.GetLeftPart(UriPartial.Authority);

    /// <summary>The findings about the door and about this machine's clock beside the door's.</summary>
    public async Task<(Finding Door, Finding Clock)> Run(CancellationToken cancellation)
    {
        DateTimeOffset? expiry = null;
        using var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseProxy = !isLocalOnly,
            ConnectTimeout = Patience,
            SslOptions = new SslClientAuthenticationOptions
            {
                RemoteCertificateValidationCallback = (_, certificate, _, errors) =>
                {
                    expiry = (certificate as X509Certificate2)?.NotAfter;
                    return errors == SslPolicyErrors.None;
                },
            },
        };
        using var http = new HttpClient(handler) { Timeout = Patience };
        try
        {
            using var reply = await http.GetAsync(new Uri(door, "/healthz"), cancellation);
            return (Answers(expiry), Clock(reply.Headers.Date));
        }
        catch (Exception problem) when (
            problem is HttpRequestException or TaskCanceledException && !cancellation.IsCancellationRequested)
        {
            return (Silent(problem), new Finding("clock", Verdict.NotMeasured, "No front door to compare it with."));
        }
    }

    private Finding Answers(DateTimeOffset? expiry)
    {
        if (door.Scheme != Uri.UriSchemeHttps)
        {
            return door.IsLoopback
                ? new Finding("front door", Verdict.Ok, $"{Name} answers, on this machine.")
                : new Finding(
                    "front door",
                    Verdict.Warn,
                    $"{Name} answers without TLS: whoever is on this network could alter the page.",
                    "Put it behind TLS, see docs/operations.md, and pair again with https links.");
        }

        if (expiry is not { } until)
        {
            return new Finding("front door", Verdict.Ok, $"{Name} answers over TLS.");
        }

        var day = until.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        return until - clock.GetUtcNow() < SoonExpired
            ? new Finding(
                "front door", Verdict.Warn, $"The certificate of {Name} ends on {day}.", "Renew the certificate.")
            : new Finding("front door", Verdict.Ok, $"{Name} answers over TLS; its certificate lasts until {day}.");
    }

    private Finding Silent(Exception problem) => problem.InnerException is AuthenticationException
        ? new Finding(
            "front door",
            Verdict.Fail,
            $"The certificate of {Name} is not valid for this machine.",
            "Give it a certificate of a known authority for that name, or add its authority to this machine.")
        : new Finding(
            "front door",
            Verdict.Fail,
            $"{Name} does not answer.",
            "Start it, or check its name, port and firewall: curl -v " + Name + "/healthz");

    private Finding Clock(DateTimeOffset? theirs)
    {
        if (theirs is not { } there)
        {
            return new Finding("clock", Verdict.NotMeasured, "The front door does not say the time.");
        }

        var skew = (clock.GetUtcNow() - there).Duration();
        var seconds = (long)skew.TotalSeconds;
        const string Mend = "Let the machine set its clock by the network.";
        return skew >= MuchSkew
            ? new Finding("clock", Verdict.Fail, $"It is {seconds} s off the front door's; offers are refused.", Mend)
            : skew >= SomeSkew ? new Finding("clock", Verdict.Warn, $"It is {seconds} s off the front door's.", Mend)
            : new Finding("clock", Verdict.Ok, "It agrees with the front door's.");
    }
}
