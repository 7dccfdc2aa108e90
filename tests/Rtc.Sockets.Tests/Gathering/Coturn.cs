using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using QuicPair.Interop.Peers;
using Xunit;

namespace QuicPair.Rtc.Sockets.Tests.Gathering;

/// <summary>A real TURN server on loopback, with a fixed user or a shared secret; it ends with the fixture.</summary>
internal sealed class Coturn : IDisposable
{
    public const string Secret = "a shared secret";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("coturn");
    private readonly Process _process;
    private readonly int _port;
    private readonly int _tlsPort;

    private Coturn(bool usesSecret, string[] more)
    {
        (_port, _tlsPort) = (FreePort.Next(), FreePort.Next());
        var certificate = WriteCertificate();
        var start = new ProcessStartInfo("turnserver")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = _folder.FullName,
        };
        string[] arguments =
        [
            "-n", "--log-file=stdout", "--simple-log", "--no-cli", "--listening-ip=127.0.0.1",
            "--relay-ip=127.0.0.1", "--allow-loopback-peers", "--realm=north", "--lt-cred-mech",
            $"--listening-port={_port}", $"--tls-listening-port={_tlsPort}", $"--pidfile={_folder.FullName}/pid",
            $"--userdb={_folder.FullName}/db", $"--cert={certificate}", $"--pkey={certificate}", "--stale-nonce=600",
            "--min-port=20000", "--max-port=29999", "--no-dtls", "--verbose",
            .. usesSecret ? (string[])["--use-auth-secret", $"--static-auth-secret={Secret}"] : ["--user=user:word"],
            .. more,
        ];
        foreach (var argument in arguments) start.ArgumentList.Add(argument);
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Note(line.Data);
        _process.ErrorDataReceived += (_, line) => Note(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>The server's own certificate, which signs itself.</summary>
    public X509Certificate2Collection Roots { get; } = [];

    /// <summary>What it logged.</summary>
    public List<string> Log { get; } = [];

    public static async Task<Coturn> Start(bool usesSecret = false, params string[] more)
    {
        Lane.Require(["turnserver"], "coturn");
        var server = new Coturn(usesSecret, more);
        while (true)
        {
            Assert.False(server._process.HasExited, string.Join('\n', server.Lines()));
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(IPAddress.Loopback, server._port, TestContext.Current.CancellationToken);
                return server;
            }
            catch (SocketException)
            {
                await Task.Yield();
            }
        }
    }

    public IceServer Server(IceTransport transport, string password = "word") => new()
    {
        Host = transport == IceTransport.Tls ? "localhost" : "127.0.0.1",
        Port = transport == IceTransport.Tls ? _tlsPort : _port,
        IsRelay = true,
        Transport = transport,
        Username = "user",
        Password = password,
    };

    public IceServer WithSecret(IceTransport transport = IceTransport.Udp, string secret = Secret) =>
        Server(transport) with { Username = "", Password = "", Secret = secret };

    public string[] Lines()
    {
        lock (Log) return [.. Log];
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }

    private void Note(string? line)
    {
        if (line is null) return;
        lock (Log) Log.Add(line);
    }

    private string WriteCertificate()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        var now = DateTimeOffset.UtcNow;
        var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        Roots.Add(certificate);
        var path = Path.Combine(_folder.FullName, "certificate.pem");
        File.WriteAllLines(path, [certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem()]);
        return path;
    }
}
