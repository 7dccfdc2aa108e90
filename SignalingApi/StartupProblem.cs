using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Npgsql;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Storage;

namespace QuicPair.SignalingApi;

/// <summary>Why a front door, alone or with a Mac, did not start.</summary>
public static class StartupProblem
{
    /// <summary>What a person can do something about, in one sentence; null for anything else.</summary>
    /// <param name="problem">What the start threw.</param>
    public static string? Sentence(Exception problem) => problem switch
    {
        SchemaException or CertificateException or DataFolderException or FormatException => problem.Message,
        NpgsqlException => "The household's database (Cluster:ConnectionString) cannot be reached or refuses.",
        IOException { InnerException: AddressInUseException } =>
            "Another program has the front door's port; end it, or choose another with --urls http://*:8444",
        AddressInUseException => "Another program has the silo's port; end it, or choose another (Cluster:Port).",
        SocketException { SocketErrorCode: SocketError.AddressNotAvailable } =>
            "This machine does not have the address that it is to listen at. Cluster:Address=auto has the silo's found "
            + "at each start; the front door's is in --urls.",
        SocketException => $"A host name, address or port of the settings cannot be used: {problem.Message}",
        _ => null,
    };
}
