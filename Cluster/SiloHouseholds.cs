using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;
using Orleans.Configuration;
using Orleans.Runtime.Hosting;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Door;
using QuicPair.Cluster.Placement;
using QuicPair.Cluster.Storage;
using QuicPair.Cluster.Supervision;
using QuicPair.Grains.Placement;

namespace QuicPair.Cluster;

/// <summary>What every silo of a household has in common.</summary>
public static class SiloHouseholds
{
    // The names under which Orleans knows the drivers; that for SQLite is Microsoft.Data.Sqlite.
    private const string Postgres = "Npgsql";
    private const string Sqlite = "System.Data.SQLite";

    // Ours: a Mac that was declared dead while it slept learns it this soon; the probe settings stay
    // Orleans's.
    private static readonly TimeSpan MembershipRefresh = TimeSpan.FromSeconds(10);

    /// <summary>
    /// Puts every pinned grain on the silo that its key names. Needed on every silo of the cluster.
    /// </summary>
    public static ISiloBuilder UseOwnerPlacement(this ISiloBuilder silo)
    {
        ArgumentNullException.ThrowIfNull(silo);
        silo.Services.TryAddSingleton(TimeProvider.System);
        silo.Services.AddPlacementDirector<OwnerPlacement, OwnerPlacementDirector>();
        return silo.AddGrainDirectory(OwnerPlacement.DirectoryName, (_, _) => new OwnerDirectory());
    }

    /// <summary>
    /// Keeps grain state in a SQLite file that only its owner can read, each record sealed. The file and its
    /// schema are made when they are not there.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="path">The file.</param>
    /// <param name="key">The key that seals.</param>
    /// <param name="older">Keys that sealed earlier.</param>
    public static ISiloBuilder UseSealedSqlite(
        this ISiloBuilder silo,
        string path,
        StateKey key,
        params IEnumerable<StateKey> older)
    {
        ArgumentNullException.ThrowIfNull(silo);
        SqliteSchema.Apply(path);
        return UseSealed(silo, Sqlite, SqliteSchema.ConnectionString(path), new SealedStateSerializer(key, older));
    }

    /// <summary>
    /// Keeps grain state where the household keeps it: in its database, else in a SQLite file of this machine. State
    /// of the file is carried into the database once.
    /// </summary>
    /// <param name="silo">The silo.</param>
    /// <param name="options">Where the household is.</param>
    /// <param name="path">The SQLite file.</param>
    /// <param name="key">The key that seals.</param>
    /// <exception cref="SchemaException">The database belongs to a newer program.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached, or refuses.</exception>
    public static ISiloBuilder UseSealedState(
        this ISiloBuilder silo,
        HouseholdOptions options,
        string path,
        StateKey key)
    {
        ArgumentNullException.ThrowIfNull(silo);
        ArgumentNullException.ThrowIfNull(options);
        if (options.Database() is not { } database)
        {
            return silo.UseSealedSqlite(path, key);
        }

        PostgresSchema.Apply(database);
        StateCarryOver.Carry(path, database);
        return UseSealed(silo, Postgres, database, new SealedStateSerializer(key));
    }

    /// <summary>Names the silo, joins it to its household and sets what all silos share.</summary>
    /// <param name="silo">The silo.</param>
    /// <param name="name">The silo's name: the Mac's id, or <see cref="ClusterIdentity.FrontDoor"/>.</param>
    /// <param name="options">Where the household is; the default is a household of one.</param>
    /// <param name="link">The way to the household's door, which ends with the silo; null when there is none.</param>
    /// <exception cref="FormatException">An address cannot be read, or a host name is not known.</exception>
    /// <exception cref="SocketException">This machine does not have the address.</exception>
    /// <exception cref="CertificateException">There is no certificate, or it is another silo's.</exception>
    public static ISiloBuilder UseHousehold(
        this ISiloBuilder silo,
        string name,
        HouseholdOptions? options = null,
        DoorLink? link = null)
    {
        ArgumentNullException.ThrowIfNull(silo);
        options ??= new HouseholdOptions();
        var (advertised, listening) = OwnAddress.Find(options.Address);
        var self = new IPEndPoint(advertised, options.Port == 0 ? SiloPort.FindFree(listening) : options.Port);
        UseMonotonicClock(silo.Services);
        silo.Services.AddSingleton<SiloFailure>();
        silo.Services.AddSingleton<IFatalErrorHandler>(services => services.GetRequiredService<SiloFailure>());
        silo.Configure<SiloOptions>(o => o.SiloName = name);
        UseMembers(silo, options, self);
        silo.Configure<EndpointOptions>(o =>
        {
            o.AdvertisedIPAddress = self.Address;
            o.SiloPort = self.Port;
            o.SiloListeningEndpoint = new IPEndPoint(listening, self.Port);
            o.GatewayPort = 0;
        });
        silo.Configure<ClusterMembershipOptions>(o =>
        {
            o.TableRefreshTimeout = MembershipRefresh;

            // By the others' clocks a Mac whose own is minutes behind began to join long ago: they would put it out.
            o.EvictWhenMaxJoinAttemptTimeExceeded = false;
        });
        UseConnections(silo, options, self, name);
        UseDoor(silo, options, Near(self, listening), link);
        return silo;
    }

    /// <summary>The runtime asks for its clocks under keys of its own, which no other part has.</summary>
    private static void UseMonotonicClock(IServiceCollection services)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton<MonotonicClock>();
        services.AddKeyedSingleton<TimeProvider>(
            KeyedService.AnyKey, (found, _) => found.GetRequiredService<MonotonicClock>());
    }

    /// <summary>Where this process finds its own silo, whatever becomes of the machine's addresses.</summary>
    private static IPEndPoint Near(IPEndPoint self, IPAddress listening) =>
        listening.Equals(IPAddress.Any) ? new IPEndPoint(IPAddress.Loopback, self.Port)
        : listening.Equals(IPAddress.IPv6Any) ? new IPEndPoint(IPAddress.IPv6Loopback, self.Port)
        : self;

    private static ISiloBuilder UseSealed(
        ISiloBuilder silo, string driver, string database, SealedStateSerializer serializer) =>
        silo.AddAdoNetGrainStorageAsDefault((OptionsBuilder<AdoNetGrainStorageOptions> storage) =>
            storage.Configure<ILogger<ForgivingStateSerializer>>((options, log) =>
            {
                options.Invariant = driver;
                options.ConnectionString = database;
                options.GrainStorageSerializer = new ForgivingStateSerializer(serializer, log);
            }));

    private static void UseConnections(ISiloBuilder silo, HouseholdOptions options, IPEndPoint self, string name)
    {
        var certificate = options.Certificates.Length > 0 ? MemberCertificate.Open(options.Certificates) : null;
        var connections = new MemberConnections();
        silo.Services.AddSingleton(connections);
        if (options is { Primary.Length: 0, Port: 0 } && options.Database() is null)
        {
            silo.Configure<SiloConnectionOptions>(o => o.ConfigureSiloInboundConnection(RefuseAll));
        }
        else if (certificate is not null)
        {
            if (certificate.Name != name)
            {
                throw new CertificateException($"The certificate of {certificate.Name} is not one of {name}.");
            }

            var database = options.Database();
            var tls = new MutualTls(certificate, connections, database is null ? Introducer(options, self) : null);
            silo.Configure<SiloConnectionOptions>(o =>
            {
                o.ConfigureSiloInboundConnection(tls.Accept);
                o.ConfigureSiloOutboundConnection(tls.Dial);
                o.ConfigureGatewayInboundConnection(RefuseAll);
            });
            if (database is not null)
            {
                silo.Services.TryAddSingleton(TimeProvider.System);
                silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
                    found => ActivatorUtilities.CreateInstance<ExpulsionWatch>(found, certificate, database));
            }
        }
        else if (!IPAddress.IsLoopback(self.Address))
        {
            throw new CertificateException(
                "A silo that others reach over a network needs a certificate: quicpair household, or quicpair join.");
        }
    }

    private static void UseDoor(ISiloBuilder silo, HouseholdOptions options, IPEndPoint near, DoorLink? link)
    {
        var services = silo.Services;
        if (options.DoorListensAt() is { } at && options.Database() is { } database
            && MemberCertificate.Open(options.Certificates) is { } certificate)
        {
            services.TryAddSingleton(TimeProvider.System);
            services.AddSingleton<WaitingMembers>();
            services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(
                found => ActivatorUtilities.CreateInstance<DoorServer>(
                    found, new DoorPlaces(at, near, database), certificate));
        }
        else if (link is not null)
        {
            // By a factory, so that the container ends it, after the silo.
            services.AddSingleton(_ => link);
            services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>>(_ => new DoorWaiting(link, near));
        }
        else
        {
            return;
        }

        // The runtime asks for its sockets under keys of its own.
        foreach (var sockets in services.Where(
            service => service.IsKeyedService && service.ServiceType == typeof(IConnectionFactory)).ToList())
        {
            services.Remove(sockets);
            services.AddKeyedSingleton<IConnectionFactory>(
                sockets.ServiceKey, (found, key) => new DoorConnections(Direct(sockets, found, key), found));
        }
    }

    private static IConnectionFactory Direct(ServiceDescriptor sockets, IServiceProvider services, object? key) =>
        (IConnectionFactory)(sockets.KeyedImplementationInstance
            ?? sockets.KeyedImplementationFactory?.Invoke(services, key)
            ?? ActivatorUtilities.CreateInstance(services, sockets.KeyedImplementationType!));

    private static IPEndPoint Introducer(HouseholdOptions options, IPEndPoint self) =>
        options.Primary.Length > 0 ? PrimaryOf(options.Primary) : self;

    private static void UseMembers(ISiloBuilder silo, HouseholdOptions options, IPEndPoint self)
    {
        if (options.Database() is not { } database)
        {
            silo.UseLocalhostClustering(
                self.Port,
                gatewayPort: 0,
                Introducer(options, self),
                ClusterIdentity.ServiceId,
                ClusterIdentity.ClusterId);
            return;
        }

        PostgresSchema.Apply(database);
        silo.Configure<ClusterOptions>(o =>
        {
            o.ServiceId = ClusterIdentity.ServiceId;
            o.ClusterId = ClusterIdentity.ClusterId;
        });
        silo.UseAdoNetClustering(o =>
        {
            o.Invariant = Postgres;
            o.ConnectionString = database;
        });
        silo.Services.AddSingleton<ILifecycleParticipant<ISiloLifecycle>, EarlierSelf>();
    }

    private static IPEndPoint PrimaryOf(string text)
    {
        var at = text.LastIndexOf(':');
        return at > 0 && ushort.TryParse(text.AsSpan(at + 1), CultureInfo.InvariantCulture, out var port)
            ? new IPEndPoint(OwnAddress.Named(text[..at].Trim('[', ']')), port)
            : throw new FormatException($"{HouseholdOptions.Section}:Primary is not host:port.");
    }

    /// <summary>A household of one has no other silo: whoever connects is not of the house.</summary>
    private static void RefuseAll(IConnectionBuilder connections) => connections.Use(_ => connection =>
    {
        connection.Abort();
        return Task.CompletedTask;
    });
}
