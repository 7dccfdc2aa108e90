using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Configuration.Memory;

namespace QuicPair.Cluster;

/// <summary>Settings that a member got when it joined; later sources of configuration override them.</summary>
public static class HouseholdFiles
{
    /// <summary>The folder in the data folder.</summary>
    public const string Folder = "household";

    /// <summary>The settings in it.</summary>
    public const string Settings = "settings.json";

    /// <summary>
    /// Puts the settings of a folder right after a program's embedded defaults; nothing when there are none.
    /// </summary>
    /// <param name="configuration">The program's configuration, with its defaults.</param>
    /// <param name="folder">The household's folder.</param>
    /// <exception cref="InvalidDataException">The file is no JSON.</exception>
    public static void AddHousehold(this IConfigurationBuilder configuration, string folder)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var path = Path.Combine(folder, Settings);
        if (!File.Exists(path))
        {
            return;
        }

        var values = new ConfigurationBuilder().AddJsonFile(path).Build().AsEnumerable();
        var at = configuration.Sources.TakeWhile(source => source is MemoryConfigurationSource).Count();
        configuration.Sources.Insert(at, new HouseholdSource(values));
    }
}
