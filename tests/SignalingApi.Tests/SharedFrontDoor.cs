using QuicPair.Grains.Interfaces;
using Xunit;

namespace QuicPair.SignalingApi.Tests;

/// <summary>One front door for the tests of a class; it knows a second Mac that is away.</summary>
public sealed class SharedFrontDoor : IAsyncLifetime
{
    public const string Token = "operator-token-for-the-tests";

    public FrontDoor Door { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Door = await FrontDoor.Start(("FrontDoor:DashboardToken", Token), ("FrontDoor:Hosts:0", "door.example"));
        Door.Fleet.Add(MacId.Parse(Envelope.Away));
    }

    public ValueTask DisposeAsync() => Door.DisposeAsync();
}
