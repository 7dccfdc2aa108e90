using QuicPair.Cluster;
using QuicPair.Cluster.Certificates;
using QuicPair.Cluster.Storage;
using QuicPair.Cluster.Supervision;
using QuicPair.SignalingApi.Telemetry;

namespace QuicPair.SignalingApi;

/// <summary>
/// The silo of a front door that runs without a Mac in its process. It owns no Mac's grain.
/// </summary>
internal static class FrontDoorAlone
{
    /// <summary>Adds the silo.</summary>
    /// <returns>The household that it joins.</returns>
    /// <exception cref="CertificateException">It was expelled, or its certificate cannot be used.</exception>
    public static async Task<HouseholdOptions> AddFrontDoorSilo(this WebApplicationBuilder builder)
    {
        var named = builder.Configuration[$"{FrontDoorOptions.Section}:{nameof(FrontDoorOptions.DataFolder)}"];
        var folder = named is { Length: > 0 } ? named : DataFolder.Locate(Environment.GetEnvironmentVariable);

        // As long as the process lives: a Mac with the same folder would share its household with this front door.
        builder.Services.AddSingleton(DataFolder.Lock(folder));
        builder.Configuration.AddHousehold(Path.Combine(folder, HouseholdFiles.Folder));
        var household = new HouseholdOptions();
        builder.Configuration.GetSection(HouseholdOptions.Section).Bind(household);
        var options = new FrontDoorOptions();
        builder.Configuration.GetSection(FrontDoorOptions.Section).Bind(options);
        if (household.Certificates.Length == 0)
        {
            household.Certificates = Path.Combine(folder, HouseholdFiles.Folder);
        }

        await Expulsions.Learn(household);
        builder.Host.UseOrleans(silo =>
        {
            var key = StateKeyFile.OpenOrCreate(Path.Combine(folder, "front-door.key"));
            silo.UseHousehold(ClusterIdentity.FrontDoor, household)
                .UseOwnerPlacement()
                .UseSealedState(household, Path.Combine(folder, "front-door.db"), key);
            if (options.Dashboard) silo.AddSignalingDashboard();
            silo.AddCallTraces();
        });
        return household;
    }
}
