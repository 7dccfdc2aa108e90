using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using QuicPair.Interop.Peers;
using QuicPair.Rtc.Dtls;
using Xunit;
using Xunit.Sdk;

namespace QuicPair.Rtc.Sockets.Tests.Dtls;

/// <summary>The openssl program as one end of an association over UDP on this machine.</summary>
internal sealed class OpenSslPeer : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-dtls-").FullName;
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
    private readonly byte[] _buffer = new byte[2_048];
    private Process? _process;
    private EndPoint _remote = new IPEndPoint(IPAddress.Loopback, 0);

    public OpenSslPeer()
    {
        _socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var key = Certificate.Identity.Key;
        File.WriteAllText(KeyFile, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(CertificateFile, PemEncoding.WriteString("CERTIFICATE", Certificate.Der.Span));
    }

    public LocalCertificate Certificate { get; } = LocalCertificate.Create();

    private string KeyFile => Path.Combine(_folder, "key.pem");

    private string CertificateFile => Path.Combine(_folder, "certificate.pem");

    /// <summary>Starts it in <paramref name="role"/>; the first datagram from a client tells where it is.</summary>
    public void Start(DtlsRole role, string cipher, string group)
    {
        string[] shared = ["-dtls1_2", "-quiet", "-cert", CertificateFile, "-key", KeyFile, "-groups", group];
        if (role == DtlsRole.Client)
        {
            // With blocking reads, a late datagram of the handshake, which it drops, has s_client wait for the next one
            // and not look at its standard input.
            var server = _socket.LocalEndPoint!.ToString()!;
            Start(["s_client", "-nbio", "-connect", server, "-cipher", cipher, .. shared]);
            return;
        }

        var port = FreePort.Next();
        _remote = new IPEndPoint(IPAddress.Loopback, port);
        Start(["s_server", "-accept", $"127.0.0.1:{port}", "-Verify", "1", "-cipher", cipher, .. shared]);
    }

    public void Send(byte[] datagram)
    {
        try
        {
            _socket.SendTo(datagram, _remote);
        }
        catch (SocketException)
        {
            // It does not listen yet; the handshake repeats itself.
        }
    }

    public async ValueTask<byte[]> Receive(CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                var result = await _socket.ReceiveFromAsync(_buffer, SocketFlags.None, _remote, cancellation);
                _remote = result.RemoteEndPoint;
                return _buffer[..result.ReceivedBytes];
            }
            catch (SocketException)
            {
                // Likewise: an earlier datagram came back as unreachable.
            }
        }
    }

    /// <summary>Has it send a line.</summary>
    public async Task Say(string line)
    {
        await _process!.StandardInput.WriteAsync(line + "\n");
        await _process.StandardInput.FlushAsync();
    }

    /// <summary>Reads what it got until that ends with <paramref name="text"/>.</summary>
    public async Task Hear(string text, CancellationToken cancellation)
    {
        var heard = new StringBuilder();
        var buffer = new char[256];
        while (!heard.ToString().EndsWith(text, StringComparison.Ordinal))
        {
            var count = await _process!.StandardOutput.ReadAsync(buffer, cancellation);
            Assert.True(count > 0, $"openssl left after: {heard}");
            heard.Append(buffer, 0, count);
        }
    }

    public void Dispose()
    {
        if (_process is { HasExited: false }) _process.Kill();
        _process?.Dispose();
        _socket.Dispose();
        Certificate.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void Start(string[] arguments)
    {
        try
        {
            _process = Process.Start(new ProcessStartInfo("openssl", arguments)
            {
                RedirectStandardInput = true,
                RedirectStandardOutput = true,
                RedirectStandardError = true,
            })!;
        }
        catch (Win32Exception cause)
        {
            const string reason = "openssl cannot be started: ";
            if (Environment.GetEnvironmentVariable("CI") == "true") Assert.Fail(reason + cause.Message);
            throw SkipException.ForSkip(reason + cause.Message);
        }

        _process.ErrorDataReceived += (_, _) => { };
        _process.BeginErrorReadLine();
    }
}
