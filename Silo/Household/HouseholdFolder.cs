using System.Text.Json;
using System.Text.Json.Nodes;
using QuicPair.Cluster;
using QuicPair.SignalingApi;
using QuicPair.Silo.Keys;

namespace QuicPair.Silo.Household;

/// <summary>
/// The folder <c>household</c> of a member: its certificate, and the settings that came with it, which count as
/// configuration below environment and arguments.
/// </summary>
internal static class HouseholdFolder
{
    private const UnixFileMode OwnerFile = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const UnixFileMode OwnerFolder = OwnerFile | UnixFileMode.UserExecute;

    public static string Of(DataFolder folder) => folder.Of(HouseholdFiles.Folder);

    /// <summary>Writes the settings durably, for the owner only: the database's password is among them.</summary>
    public static void Write(string folder, string database, string address, int port, string publicUrl)
    {
        Directory.CreateDirectory(folder, OwnerFolder);
        var settings = new JsonObject
        {
            [HouseholdOptions.Section] = new JsonObject
            {
                [nameof(HouseholdOptions.ConnectionString)] = database,
                [nameof(HouseholdOptions.Address)] = address,
                [nameof(HouseholdOptions.Port)] = port,
            },
        };
        if (publicUrl.Length > 0)
        {
            settings[FrontDoorOptions.Section] =
                new JsonObject { [nameof(FrontDoorOptions.PublicUrl)] = publicUrl };
        }

        var path = Path.Combine(folder, HouseholdFiles.Settings);
        var draft = $"{path}.{Environment.ProcessId}.new";
        File.Delete(draft);
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerFile,
        };
        using (var stream = new FileStream(draft, options))
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            settings.WriteTo(writer);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }
}
