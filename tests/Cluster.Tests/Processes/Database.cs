using QuicPair.Cluster.Tests.Processes;
using Xunit;

[assembly: AssemblyFixture(typeof(Database))]

namespace QuicPair.Cluster.Tests.Processes;

/// <summary>One PostgreSQL server for all tests that do not stop it.</summary>
public sealed class Database : IAsyncLifetime
{
    internal PostgresProcess Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Server = await PostgresProcess.Start();

    public ValueTask DisposeAsync() => Server.DisposeAsync();
}
