using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Orleans.Serialization;

namespace QuicPair.Cluster.Certificates;

/// <summary>
/// Mutual TLS for the connections between silos. Both ends show a certificate of the household, and its name has to be
/// the name that the list of members gives the silo at the other end. A stranger's bytes never reach the runtime.
/// </summary>
internal sealed partial class MutualTls
{
    // Ours: a peer that has not introduced itself by then is not coming.
    private static readonly TimeSpan HandshakeLimit = TimeSpan.FromSeconds(10);

    private readonly MemberCertificate _self;
    private readonly MemberConnections _connections;
    private readonly IPEndPoint? _introducer;
    private readonly SslServerAuthenticationOptions _accepting;
    private readonly SslClientAuthenticationOptions _dialling;

    /// <summary>Takes this member's certificate.</summary>
    /// <param name="self">The certificate.</param>
    /// <param name="connections">What ends those of a member that is expelled.</param>
    /// <param name="introducer">The silo that keeps the list of members in its memory: nobody is on the list before
    /// having talked to it. Null when the list is in a database.</param>
    public MutualTls(MemberCertificate self, MemberConnections connections, IPEndPoint? introducer)
    {
        _self = self;
        _connections = connections;
        _introducer = introducer;
        _accepting = MemberTls.Server(self);

        // Which member it should be, the list of members says once its name is known.
        _dialling = MemberTls.Client(self, _ => true);
    }

    /// <summary>For connections that others open.</summary>
    public void Accept(IConnectionBuilder connections) => connections.Use(next => connection =>
        Run(connection, next, connections.ApplicationServices, Accepting));

    /// <summary>For connections that this silo opens.</summary>
    public void Dial(IConnectionBuilder connections) => connections.Use(next => connection =>
        Run(connection, next, connections.ApplicationServices, Dialling));

    private async Task Run(
        ConnectionContext connection,
        ConnectionDelegate next,
        IServiceProvider services,
        Func<SslStream, ConnectionContext, IServiceProvider, CancellationToken, Task<SslPipe?>> admit)
    {
        var plain = connection.Transport;
        await using var inner = new DuplexStream(
            plain.Input.AsStream(leaveOpen: true), plain.Output.AsStream(leaveOpen: true));
        await using var ssl = new SslStream(inner, leaveInnerStreamOpen: true);
        SslPipe? pipe = null;
        using (var limit = CancellationTokenSource.CreateLinkedTokenSource(connection.ConnectionClosed))
        {
            limit.CancelAfter(HandshakeLimit);
            try
            {
                pipe = await admit(ssl, connection, services, limit.Token);
            }
            catch (Exception failure) when (failure is AuthenticationException or IOException
                or OperationCanceledException or InvalidOperationException)
            {
                LogStranger(Logger(services), connection.RemoteEndPoint, failure.GetType().Name);
            }
        }

        if (pipe is null)
        {
            connection.Abort();
            return;
        }

        connection.Transport = pipe;
        await using var expelled = _connections.EndOf(pipe.Member).Register(connection.Abort);
        try
        {
            await next(connection);
        }
        finally
        {
            await pipe.Input.CompleteAsync();
            await pipe.Output.CompleteAsync();
            connection.Transport = plain;
        }
    }

    private async Task<SslPipe?> Accepting(
        SslStream ssl, ConnectionContext connection, IServiceProvider services, CancellationToken cancellation)
    {
        await ssl.AuthenticateAsServerAsync(_accepting, cancellation);
        var name = _self.NameOf(ssl);
        var pipe = new SslPipe(ssl, name);
        var serializer = services.GetRequiredService<Serializer<ClaimedPreamble>>();
        var claimed = await PreambleReader.Peek(pipe.Input, serializer, cancellation);
        if (claimed is null)
        {
            // A Mac that joins looks whether it reaches every member, and hangs up.
            LogSilent(Logger(services), name);
            return null;
        }

        var fits = _introducer is not null || await Names(services).Fits(claimed, name);
        if (fits)
        {
            return pipe;
        }

        LogWrongName(Logger(services), name, claimed);
        return null;
    }

    private async Task<SslPipe?> Dialling(
        SslStream ssl, ConnectionContext connection, IServiceProvider services, CancellationToken cancellation)
    {
        await ssl.AuthenticateAsClientAsync(_dialling, cancellation);
        var name = _self.NameOf(ssl);
        var fits = connection.RemoteEndPoint is IPEndPoint dialled
            && (dialled.Equals(_introducer) || await Names(services).Fits(dialled, name));
        if (fits)
        {
            return new SslPipe(ssl, name);
        }

        LogWrongName(Logger(services), name, connection.RemoteEndPoint);
        return null;
    }

    private static PeerNames Names(IServiceProvider services) =>
        new(services.GetRequiredService<IClusterMembershipService>());

    private static ILogger Logger(IServiceProvider services) =>
        services.GetRequiredService<ILogger<MutualTls>>();

    [LoggerMessage(1, LogLevel.Debug, "A stranger at {Address} was turned away: {Reason}.")]
    private static partial void LogStranger(ILogger logger, EndPoint? address, string reason);

    [LoggerMessage(3, LogLevel.Debug, "{Name} shook hands and said nothing.")]
    private static partial void LogSilent(ILogger logger, string name);

    [LoggerMessage(2, LogLevel.Warning, "{Name} is not the silo at {Address} and was turned away.")]
    private static partial void LogWrongName(ILogger logger, string name, object? address);
}
