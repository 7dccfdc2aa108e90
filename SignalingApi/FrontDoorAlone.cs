using QuicPair.Cluster;
using QuicPair.Cluster.Storage;

namespace QuicPair.SignalingApi;

/// <summary>
/// The silo of a front door that runs without a Mac in its process. It owns no Mac's grain.
/// </summary>
internal static class FrontDoorAlone
{
    public static WebApplicationBuilder AddFrontDoorSilo(this WebApplicationBuilder builder)
    {
        var named = builder.Configuration[$"{FrontDoorOptions.Section}:{nameof(FrontDoorOptions.DataFolder)}"];
        var folder = named is { Length: > 0 } ? named : DataFolder.Default();
        builder.Configuration.AddHousehold(Path.Combine(folder, HouseholdFiles.Folder));
        var household = new HouseholdOptions();
        builder.Configuration.GetSection(HouseholdOptions.Section).Bind(household);
        var options = new FrontDoorOptions();
        builder.Configuration.GetSection(FrontDoorOptions.Section).Bind(options);
        if (household.Certificates.Length == 0)
        {
            household.Certificates = Path.Combine(folder, HouseholdFiles.Folder);
        }

        builder.Host.UseOrleans(silo =>
        {
            var key = StateKeyFile.OpenOrCreate(Path.Combine(folder, "front-door.key"));
            silo.UseHousehold(ClusterIdentity.FrontDoor, household)
                .UseOwnerPlacement()
                .UseSealedState(household, Path.Combine(folder, "front-door.db"), key);
            if (options.Dashboard)
            {
                silo.AddSignalingDashboard();
            }
        });
        return builder;
    }
}
