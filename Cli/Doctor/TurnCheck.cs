using System.Net;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Text;
using QuicPair.Cli.Doctor.Stun;
using QuicPair.Rtc.Sockets;

namespace QuicPair.Cli.Doctor;

/// <summary>Has a TURN server relay, and gives it back at once.</summary>
internal sealed class TurnCheck(Names names)
{
    private const int Unauthorized = 401;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public async Task<Finding> Run(IceServer server, CancellationToken cancellation)
    {
        var check = "turn " + server.Transport.ToString().ToUpperInvariant();
        if (await names.Resolve(server.Host, cancellation) is not [var address, ..])
        {
            return Unreachable(check, server, "its name cannot be resolved");
        }

        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            return await Allocate(check, server, new IPEndPoint(address, server.Port), patience.Token);
        }
        catch (AuthenticationException)
        {
            return new Finding(
                check, Verdict.Fail, $"{server} shows a certificate that is not trusted here.",
                "Give the server a certificate for its name; name an authority of your own in SSL_CERT_FILE.");
        }
        catch (SocketException problem)
        {
            return Unreachable(check, server, problem.SocketErrorCode.ToString());
        }
        catch (IOException)
        {
            return Unreachable(check, server, "it closed the connection");
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return Unreachable(check, server, "no answer in 5 s");
        }
    }

    private static async Task<Finding> Allocate(
        string check, IceServer server, IPEndPoint address, CancellationToken cancellation)
    {
        if (server.Transport == IceTransport.Udp)
        {
            using var udp = new UdpAsker(address.AddressFamily);
            return await Allocate(
                check, server, (transaction, request) => udp.Ask(address, transaction, request, cancellation));
        }

        var tlsName = server.Transport == IceTransport.Tls ? server.Host : null;
        using var stream = await StreamAsker.Connect(address, tlsName, cancellation);
        return await Allocate(
            check, server, (transaction, request) => stream.Ask(transaction, request, cancellation));
    }

    private static async Task<Finding> Allocate(
        string check, IceServer server, Func<byte[], byte[], Task<(StunReply Reply, TimeSpan RoundTrip)?>> ask)
    {
        var transaction = StunRequest.NewTransaction();
        var challenge = await ask(transaction, StunRequest.Allocate(transaction, null));
        if (challenge is not { } first) return Unreachable(check, server, "no answer");
        var login = Login(server, first.Reply);
        if (first.Reply.Error != Unauthorized) return Refused(check, server, first.Reply.Error);

        transaction = StunRequest.NewTransaction();
        var answer = await ask(transaction, StunRequest.Allocate(transaction, login));
        if (answer is not { } second) return Unreachable(check, server, "it does not answer a signed request");
        if (second.Reply.Error != 0) return Refused(check, server, second.Reply.Error);

        await Release(login, ask);
        var time = second.RoundTrip.TotalMilliseconds;
        return new Finding(check, Verdict.Ok, $"{server} relays from {second.Reply.Relayed}, {time:0.0} ms away.")
        {
            RoundTripMs = time,
        };
    }

    private static async Task Release(
        StunLogin login, Func<byte[], byte[], Task<(StunReply Reply, TimeSpan RoundTrip)?>> ask)
    {
        try
        {
            var transaction = StunRequest.NewTransaction();
            await ask(transaction, StunRequest.Release(transaction, login));
        }
        catch (IOException)
        {
            // A server may close a stream instead of an answer: what it relayed is gone either way.
        }
    }

    // coturn's use-auth-secret: the user is the time at which the credential ends.
    private static StunLogin Login(IceServer server, StunReply challenge)
    {
        var (user, password) = (server.Username, server.Password);
        if (server.Secret.Length > 0)
        {
            user = $"{DateTimeOffset.UtcNow.AddMinutes(10).ToUnixTimeSeconds()}:doctor";
            password = Signature(server.Secret, user);
        }

        var key = StunRequest.Key(user, challenge.RealmValue, password);
        return new StunLogin(user, challenge.RealmValue, challenge.NonceValue, key);
    }

    [System.Diagnostics.CodeAnalysis.SuppressMessage("Security", "CA5350", Justification = "coturn demands SHA-1.")]
    private static string Signature(string secret, string user) =>
        Convert.ToBase64String(HMACSHA1.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes(user)));

    private static Finding Refused(string check, IceServer server, int code) => new(
        check, Verdict.Fail, $"{server} refuses to relay (code {code}).",
        "Check TURN_USER and TURN_PASS, or TURN_SECRET, against the server, and both clocks.");

    private static Finding Unreachable(string check, IceServer server, string why) => new(
        check, Verdict.Fail, $"{server} cannot be reached: {why}.",
        "Check TURN_URLS, and that the server runs and its port is open; turns: on TCP 443 passes most firewalls.");
}
