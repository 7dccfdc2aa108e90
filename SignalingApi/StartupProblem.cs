using Microsoft.AspNetCore.Connections;
using Npgsql;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Storage;

namespace QuicPair.SignalingApi;

/// <summary>Why a front door that runs alone did not start.</summary>
internal static class StartupProblem
{
    /// <summary>What a person can do something about, in one sentence; null for anything else.</summary>
    public static string? Sentence(Exception problem) => problem switch
    {
        SchemaException or CertificateException => problem.Message,
        NpgsqlException => "The household's database (Cluster:ConnectionString) cannot be reached or refuses.",
        IOException { InnerException: AddressInUseException } =>
            "Another program has the front door's port; end it, or choose another with --urls http://*:8444",
        _ => null,
    };
}
