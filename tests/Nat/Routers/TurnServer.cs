using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using QuicPair.Nat.Lab;

namespace QuicPair.Nat.Routers;

/// <summary>coturn on public addresses: TURN by UDP, TCP and TLS on one, STUN on two others.</summary>
internal sealed class TurnServer : IDisposable
{
    public const string Address = "203.0.113.10";
    public const string FirstStun = "203.0.113.20";
    public const string SecondStun = "203.0.113.21";
    public const string StunAddresses = FirstStun + ", " + SecondStun;
    public const int Port = 3478;
    public const int TlsPort = 443;
    public const string User = "lab";
    public const string Password = "correct horse";
    public const string Secret = "shared secret of the lab";

    private const int Patience = 100;
    private const int MaximumAttempts = 100;
    private static readonly string[] Addresses = [Address, FirstStun, SecondStun];

    private static readonly string Hole = $$"""
        table ip lab {
          counter by_udp { }
          counter by_tcp { }
          counter by_tls { }
          chain unheard {
            type filter hook input priority filter;
            ip daddr {{Address}} udp dport {{Port}} counter name by_udp drop
            ip daddr {{Address}} tcp dport {{Port}} counter name by_tcp drop
            ip daddr {{Address}} tcp dport {{TlsPort}} counter name by_tls drop
          }
        }
        """;

    private readonly Process _process;
    private readonly Task<string> _errors;
    private readonly Task<string> _output;

    private TurnServer(Namespace place, Process process)
    {
        (Place, _process) = (place, process);
        _errors = process.StandardError.ReadToEndAsync();
        _output = process.StandardOutput.ReadToEndAsync();
    }

    public Namespace Place { get; }

    /// <summary>Starts it and waits until it listens.</summary>
    /// <param name="internet">Where its addresses are.</param>
    /// <param name="folder">For its certificate.</param>
    /// <param name="shared">Time-limited credentials of <see cref="Secret"/>, not the user.</param>
    public static TurnServer Start(Internet internet, string folder, bool shared = false)
    {
        var place = Namespace.Create("turn");
        internet.Connect(place, Addresses);
        return Start(place, folder, Addresses, shared);
    }

    /// <summary>Starts it at a place of its own, which ends with it, and waits until it listens.</summary>
    /// <param name="place">It has the addresses, and <see cref="Address"/> to relay from.</param>
    /// <param name="folder">For its certificate.</param>
    /// <param name="addresses">Where it listens; the first stands in the certificate.</param>
    /// <param name="shared">Time-limited credentials of <see cref="Secret"/>, not the user.</param>
    public static TurnServer Start(Namespace place, string folder, string[] addresses, bool shared = false)
    {
        var certificates = LabCertificates.Write(folder, addresses[0]);
        var server = new TurnServer(place, Launch(place, folder, certificates, addresses, shared));
        try
        {
            server.Listening(addresses);
            return server;
        }
        catch
        {
            server.Dispose();
            throw;
        }
    }

    /// <summary>From here on nothing reaches the relay, by UDP, TCP or TLS, and nobody is told so.</summary>
    public void Vanish() => Place.Nft(Hole);

    /// <summary>What was asked of the relay since <see cref="Vanish"/>.</summary>
    public (long Udp, long Tcp, long Tls) Swallowed =>
        (Place.Counter("by_udp"), Place.Counter("by_tcp"), Place.Counter("by_tls"));

    public void Dispose()
    {
        _process.Kill(entireProcessTree: true);
        _process.WaitForExit();
        _process.Dispose();
        Place.Dispose();
    }

    private static Process Launch(
        Namespace place, string folder, LabCertificates certificates, string[] addresses, bool shared)
    {
        string[] authentication = shared
            ? ["--use-auth-secret", "--static-auth-secret=" + Secret]
            : ["--lt-cred-mech", $"--user={User}:{Password}"];
        string[] arguments =
        [
            "netns", "exec", place.Name, "turnserver", "-n", "--log-file=stdout", "--simple-log", "--no-cli",
            $"--pidfile={Path.Combine(folder, "turn.pid")}", $"--userdb={Path.Combine(folder, "turn.db")}",
            "--realm=lab", "--relay-ip=" + Address, "--no-tcp-relay", "--no-software-attribute",
            string.Create(CultureInfo.InvariantCulture, $"--listening-port={Port}"),
            string.Create(CultureInfo.InvariantCulture, $"--tls-listening-port={TlsPort}"),
            "--cert=" + certificates.Server, "--pkey=" + certificates.Key,
            .. addresses.Select(address => "--listening-ip=" + address),
            .. authentication,
        ];
        return Process.Start(new ProcessStartInfo("ip", arguments)
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
    }

    /// <summary>Asks every listener until it answers.</summary>
    private void Listening(string[] addresses)
    {
        foreach (var address in addresses.Select(each => IPAddress.Parse(each)))
        {
            using var socket = Place.Run(() =>
                new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp));
            socket.ReceiveTimeout = Patience;
            var attempts = 0;
            while (!Answers(socket, new IPEndPoint(address, Port)))
            {
                if (++attempts < MaximumAttempts && !_process.HasExited) continue;
                throw new LabException($"coturn does not answer: {_errors.Result} {_output.Result}");
            }
        }
    }

    private static bool Answers(Socket socket, IPEndPoint address)
    {
        try
        {
            // RFC 8489: a binding request without attributes.
            socket.SendTo([0, 1, 0, 0, 0x21, 0x12, 0xA4, 0x42, .. new byte[12]], address);
            return socket.Receive(new byte[600]) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
