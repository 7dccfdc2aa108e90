using System.Security.Cryptography;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuicPair.Cluster.Storage;
using QuicPair.Cluster.Tests.Processes;
using QuicPair.Grains.Interfaces;
using Xunit;

namespace QuicPair.Cluster.Tests.Storage;

/// <summary>The way of one machine's state from its file into the household's database.</summary>
public sealed class StateCarryOverTests(Database database) : IDisposable
{
    private static readonly MacId Seen = MacId.Parse("eeeeeeeeeeeeeeee");
    private readonly string _folder = Directory.CreateTempSubdirectory("quicpair-").FullName;
    private readonly StateKey _key = new(1, RandomNumberGenerator.GetBytes(StateKey.Length));

    private string Path => System.IO.Path.Combine(_folder, "state.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task State_of_the_file_is_there_in_the_database()
    {
        await Note("written into the file", new HouseholdOptions());
        var shared = new HouseholdOptions { ConnectionString = await database.Server.NewDatabase() };
        Assert.Equal("written into the file", await Name(shared));
        Assert.False(File.Exists(Path));
        Assert.Equal("written into the file", await Name(shared));
    }

    [Fact]
    public async Task An_end_between_copy_and_rename_loses_nothing_and_doubles_nothing()
    {
        await Note("before the kill", new HouseholdOptions());
        var shared = new HouseholdOptions { ConnectionString = await database.Server.NewDatabase() };
        PostgresSchema.Apply(shared.Database()!);
        Assert.Throws<InvalidOperationException>(() => StateCarryOver.Carry(
            Path, shared.Database()!, () => throw new InvalidOperationException("killed")));
        Assert.True(File.Exists(Path));
        Assert.Equal("before the kill", await Name(shared));
        Assert.False(File.Exists(Path));
    }

    [Fact]
    public async Task A_row_of_the_database_is_newer_than_one_of_the_file()
    {
        await Note("old", new HouseholdOptions());
        File.Copy(Path, Path + ".kept");
        var shared = new HouseholdOptions { ConnectionString = await database.Server.NewDatabase() };
        await Note("new", shared);
        File.Move(Path + ".kept", Path);
        Assert.Equal("new", await Name(shared));
    }

    [Fact]
    public async Task A_database_that_is_away_leaves_the_file_as_it_is()
    {
        await Note("kept", new HouseholdOptions());
        var away = new HouseholdOptions { ConnectionString = "Host=127.0.0.1;Port=9;Username=nobody" };
        await Assert.ThrowsAnyAsync<Npgsql.NpgsqlException>(() => Name(away));
        Assert.Equal("kept", await Name(new HouseholdOptions()));
    }

    private async Task Note(string name, HouseholdOptions options)
    {
        using var host = await Start(options);
        await host.Services.GetRequiredService<IGrainFactory>().Fleet("front-door").Seen(Seen, name);
        await host.StopAsync(TestContext.Current.CancellationToken);
    }

    private async Task<string> Name(HouseholdOptions options)
    {
        using var host = await Start(options);
        var fleet = await host.Services.GetRequiredService<IGrainFactory>().Fleet("front-door").GetState();
        await host.StopAsync(TestContext.Current.CancellationToken);
        return Assert.Single(fleet.Macs).Name;
    }

    private async Task<IHost> Start(HouseholdOptions options)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo => silo
            .UseHousehold(ClusterIdentity.FrontDoor, options)
            .UseOwnerPlacement()
            .UseSealedState(options, Path, _key));
        var host = builder.Build();
        await host.StartAsync(TestContext.Current.CancellationToken);
        return host;
    }
}
