using Microsoft.Extensions.Configuration;

namespace QuicPair.Cluster;

/// <summary>
/// The settings of <see cref="HouseholdFiles.Settings"/> as a source of their own, so that it can be told where they
/// come from. The file is read once: a configuration reads its sources again whenever one is added.
/// </summary>
public sealed class HouseholdSource : ConfigurationProvider, IConfigurationSource
{
    /// <summary>Takes what was read.</summary>
    internal HouseholdSource(IEnumerable<KeyValuePair<string, string?>> settings) =>
        Data = new Dictionary<string, string?>(settings, StringComparer.OrdinalIgnoreCase);

    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => this;
}
