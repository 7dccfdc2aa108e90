using QuicPair.Cluster.Tests.Processes;
using Xunit;

[assembly: AssemblyFixture(typeof(Database))]

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>One PostgreSQL server for all tests that do not stop it.</summary>
public sealed class Database : IAsyncLifetime
{
    private PostgresProcess? _server;

    /// <summary>The server. A test that asks for it where there can be none is a lane that cannot run.</summary>
    internal PostgresProcess Server
    {
        get
        {
            PostgresProcess.Require();
            return _server!;
        }
    }

    /// <summary>Without PostgreSQL the tests that need none run all the same.</summary>
    public async ValueTask InitializeAsync()
    {
        if (PostgresProcess.Problem is null) _server = await PostgresProcess.Start();
    }

    public ValueTask DisposeAsync() => _server?.DisposeAsync() ?? ValueTask.CompletedTask;
}
