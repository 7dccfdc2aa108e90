using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Npgsql;
using Orleans.Runtime.MembershipService;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Storage;
using QuicPair.Silo.Hosting;

namespace QuicPair.Silo.Tests.Hosting;

public sealed class LaunchProblemTests
{
    public static TheoryData<string, bool, bool> Problems => new()
    {
        { nameof(SocketError.ConnectionRefused), true, true },
        { nameof(PostgresErrorCodes.CannotConnectNow), true, true },
        { nameof(PostgresErrorCodes.InvalidPassword), false, true },
        { nameof(OrleansClusterConnectivityCheckFailedException), false, true },
        { nameof(SocketError.AddressNotAvailable), false, true },
        { nameof(AddressInUseException), false, true },
        { nameof(SchemaException), false, false },
        { nameof(CertificateException), false, false },
        { nameof(StartupException), false, false },
    };

    [Theory]
    [MemberData(nameof(Problems))]
    public void What_may_pass_is_waited_for_and_what_lasts_is_said(string name, bool passesAtFirst, bool passes)
    {
        var problem = Problem(name);
        Assert.Equal(passesAtFirst, LaunchProblem.PassesAtFirst(problem) is not null);
        Assert.Equal(passes, LaunchProblem.Passes(problem) is not null);
        Assert.NotNull(LaunchProblem.Sentence(problem));

        // The same when the silo said first that it cannot go on.
        var interrupted = new StartInterruptedException(isSiloFailure: true, problem);
        Assert.Equal(passes, LaunchProblem.Passes(interrupted) is not null);
        Assert.Equal(LaunchProblem.Sentence(problem), LaunchProblem.Sentence(interrupted));
    }

    [Fact]
    public void A_silo_that_was_replaced_while_it_started_starts_again() => Assert.NotNull(
        LaunchProblem.Passes(new StartInterruptedException(isSiloFailure: true, new OperationCanceledException())));

    [Fact]
    public void Who_asked_for_the_end_is_not_kept_waiting() =>
        Assert.Null(LaunchProblem.Passes(new StartInterruptedException(isSiloFailure: false, null)));

    private static Exception Problem(string name) => name switch
    {
        nameof(SocketError.ConnectionRefused) =>
            new NpgsqlException(name, new SocketException((int)SocketError.ConnectionRefused)),
        nameof(PostgresErrorCodes.CannotConnectNow) =>
            new PostgresException(name, "FATAL", "FATAL", PostgresErrorCodes.CannotConnectNow),
        nameof(PostgresErrorCodes.InvalidPassword) =>
            new PostgresException(name, "FATAL", "FATAL", PostgresErrorCodes.InvalidPassword),
        nameof(OrleansClusterConnectivityCheckFailedException) =>
            new OrleansClusterConnectivityCheckFailedException(),
        nameof(SocketError.AddressNotAvailable) => new SocketException((int)SocketError.AddressNotAvailable),
        nameof(AddressInUseException) => new IOException(name, new AddressInUseException(name)),
        nameof(SchemaException) => new SchemaException(name),
        nameof(CertificateException) => new CertificateException(name),
        _ => new StartupException(name),
    };
}
