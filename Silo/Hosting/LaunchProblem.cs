using System.ComponentModel.DataAnnotations;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Runtime.MembershipService;
using QuicPair.Cluster.Storage;
using QuicPair.SignalingApi;

namespace QuicPair.Silo.Hosting;

/// <summary>
/// Why a silo did not start: what may pass is waited for, what lasts ends the process with a sentence.
/// </summary>
internal static class LaunchProblem
{
    private const string Away = "The household's database cannot be reached; QuicPair waits for it.";
    private const string Refuses = "The household's database refuses; QuicPair asks it again.";
    private const string NotYet = "The silo cannot start at the moment; QuicPair tries again.";

    /// <summary>
    /// What the first start of a process waits for, in one sentence; null for anything that lasts. A machine may be up
    /// before its database, or its network, or the lookup of its host's name. A database that refuses is not waited
    /// for.
    /// </summary>
    /// <param name="problem">What the start threw.</param>
    public static string? PassesAtFirst(Exception problem) => problem is NpgsqlException { IsTransient: true }
        or SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData }
            ? Away
            : null;

    /// <summary>
    /// What the start of another silo waits for, in one sentence; null for anything that lasts. It waits for more than
    /// the first one: phones are connected meanwhile.
    /// </summary>
    /// <param name="problem">What the start threw.</param>
    public static string? Passes(Exception problem) => problem switch
    {
        StartInterruptedException { IsSiloFailure: true, InnerException: { } cause } when Sentence(cause) is not null =>
            Passes(cause),
        _ when PassesAtFirst(problem) is { } away => away,
        NpgsqlException => Refuses,
        SocketException or AddressInUseException or IOException { InnerException: AddressInUseException } => NotYet,
        StartInterruptedException { IsSiloFailure: true } or OrleansException or TimeoutException => NotYet,
        _ => null,
    };

    /// <summary>What a person can do something about, in one sentence; null for anything else.</summary>
    /// <param name="problem">What the start threw.</param>
    public static string? Sentence(Exception problem) => problem switch
    {
        StartupException or ValidationException or SealedStateException or ProtocolViolationException =>
            problem.Message,
        StartInterruptedException { IsSiloFailure: true, InnerException: var cause } =>
            (cause is null ? null : Sentence(cause)) ?? "The silo cannot go on; the log says why.",
        OptionsValidationException invalid => string.Join(' ', invalid.Failures),
        OrleansClusterConnectivityCheckFailedException =>
            "The silo cannot join its household: it does not reach every Mac and front door that is there, or they "
            + "refuse it.",
        _ => StartupProblem.Sentence(problem),
    };
}
