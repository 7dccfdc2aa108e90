using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace QuicPair.Cluster;

/// <summary>
/// Configuration that a program brings along: the first source, so that every other one overrides it.
/// </summary>
public static class EmbeddedDefaults
{
    /// <summary>Puts a JSON resource of an assembly before every source added so far.</summary>
    /// <param name="configuration">The program's configuration.</param>
    /// <param name="assembly">The assembly that holds the resource.</param>
    /// <param name="resource">The resource's full name.</param>
    /// <exception cref="InvalidOperationException">There is no such resource.</exception>
    public static void AddEmbeddedDefaults(
        this IConfigurationBuilder configuration,
        Assembly assembly,
        string resource)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        ArgumentNullException.ThrowIfNull(assembly);
        using var stream = assembly.GetManifestResourceStream(resource)
            ?? throw new InvalidOperationException($"{assembly.GetName().Name} has no resource {resource}.");

        // A stream source can be read once, and a configuration reads its sources again when one is added.
        var values = new ConfigurationBuilder().AddJsonStream(stream).Build().AsEnumerable();
        configuration.Sources.Insert(0, new MemoryConfigurationSource { InitialData = values.ToList() });
    }
}
