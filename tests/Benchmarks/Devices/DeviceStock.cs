using System.Security.Cryptography;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using QuicPair.Client.Store;
using QuicPair.Cluster;
using QuicPair.Cluster.Storage;
using QuicPair.Cluster.Supervision;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Ports;
using QuicPair.Grains.Tests;
using QuicPair.Noise;
using QuicPair.Protocol;
using QuicPair.Silo.Keys;
using MacFolder = QuicPair.Silo.Keys.DataFolder;

namespace QuicPair.Benchmarks.Devices;

/// <summary>
/// A Mac's data folder with many paired devices, and what each phone would have of its pairing. The key file is written
/// by the Mac's own code, once for all of them; the rows by the pairings' own grains, in a silo of this process.
/// </summary>
internal sealed class DeviceStock : IDisposable
{
    private readonly List<PairingRecord> _devices = [];
    private MacId _mac;

    private DeviceStock()
    {
    }

    /// <summary>The data folder.</summary>
    public string Home { get; } = Directory.CreateTempSubdirectory("quicpair-stock-").FullName;

    /// <summary>Bytes of the key file.</summary>
    public long KeyFileBytes => new FileInfo(Of("keys")).Length;

    /// <summary>Bytes of the state file and of what is not in it yet.</summary>
    public long StateBytes => Directory.GetFiles(Home, "state.db*").Sum(path => new FileInfo(path).Length);

    public static async Task<DeviceStock> Make(int devices)
    {
        var stock = new DeviceStock();
        try
        {
            stock.WriteKeys(devices);
            await stock.WriteRows();
            return stock;
        }
        catch
        {
            stock.Dispose();
            throw;
        }
    }

    /// <summary>A file of the folder.</summary>
    public string Of(string name) => System.IO.Path.Combine(Home, name);

    /// <summary>The phones' side of every pairing.</summary>
    /// <param name="origin">Where the Mac's front door is.</param>
    public PairingRecord[] Devices(string origin) => [.. _devices.Select(device => device with { Origin = origin })];

    /// <summary>Rows of the state file, while no Mac runs over it.</summary>
    public long Rows()
    {
        using var connection = new SqliteConnection($"Data Source={Of("state.db")};Pooling=False");
        connection.Open();
        using var command = new SqliteCommand("SELECT count(*) FROM OrleansStorage", connection);
        return (long)command.ExecuteScalar()!;
    }

    public void Dispose() => Directory.Delete(Home, recursive: true);

    private void WriteKeys(int devices)
    {
        using var folder = MacFolder.Open(Home);
        var file = KeyFile.Open(folder, out var content);
        using var mac = KeyPair.FromPrivateKey(content.MacPrivateKey);
        var macKey = mac.PublicKey.ToArray();
        _mac = MacId.Parse(KeySchedule.MacId(macKey));
        var made = Enumerable.Range(0, devices).Select(number => MakeDevice(number, macKey)).ToList();
        file.Write(content with
        {
            Devices = content.Devices.AddRange(made.Select(device => KeyValuePair.Create(device.Id, device))),
        });
    }

    /// <summary>A device as the last step of a pairing leaves it, here and on the phone.</summary>
    private DeviceRecord MakeDevice(int number, byte[] macKey)
    {
        var id = KeySchedule.DeviceId(RandomNumberGenerator.GetBytes(KeySchedule.KeyLength));
        var root = RandomNumberGenerator.GetBytes(KeySchedule.KeyLength);
        var privateKey = RandomNumberGenerator.GetBytes(KeyPair.KeyLength);
        using var pair = KeyPair.FromPrivateKey(privateKey);
        var (psk, offerKey) = (KeySchedule.LastingPsk(root), KeySchedule.LastingOfferKey(root));
        _devices.Add(new PairingRecord
        {
            Origin = "",
            MacPublicKey = macKey,
            DeviceId = id,
            PrivateKey = privateKey,
            Flags = LinkFlags.LocalNetworkOnly,
            Psk = psk,
            OfferKey = offerKey,
        });
        return new DeviceRecord(
            id, pair.PublicKey.ToArray(), psk, offerKey, $"measured {number}", true, DateTimeOffset.UtcNow);
    }

    private async Task WriteRows()
    {
        var mac = new FakeMac(_mac);
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.UseOrleans(silo =>
        {
            silo.Services.AddSingleton<IOfferGate>(mac).AddSingleton<IPeerHost>(mac);
            silo.Services.AddSingleton<IDeviceKeys>(mac).AddSingleton<IMacStatus>(mac).AddSingleton<IVouchers>(mac);
            silo.UseHousehold(mac.Id.Value).UseOwnerPlacement();
            silo.UseSealedSqlite(Of("state.db"), StateKeyFile.OpenOrCreate(Of("state.key")));
        });
        var host = builder.Build();
        try
        {
            await host.StartAsync();
            var grains = host.Services.GetRequiredService<IGrainFactory>();
            await Parallel.ForEachAsync(_devices, async (record, _) =>
            {
                var device = DeviceId.Parse(record.DeviceId);
                mac.Put(device, PairingStage.Paired);
                await grains.Pairing(new PairingKey(mac.Id, device)).Refresh();
            });
        }
        finally
        {
            await host.Abandon();
            SqliteConnection.ClearAllPools();
        }
    }
}
