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
    public static void Write(string folder, HouseholdOptions options, string publicUrl)
    {
        Directory.CreateDirectory(folder, OwnerFolder);
        var cluster = new JsonObject
        {
            [nameof(HouseholdOptions.ConnectionString)] = options.ConnectionString,
            [nameof(HouseholdOptions.Address)] = options.Address,
            [nameof(HouseholdOptions.Port)] = options.Port,
        };
        if (options.Door.Length > 0) cluster[nameof(HouseholdOptions.Door)] = options.Door;
        if (options.DoorListen.Length > 0) cluster[nameof(HouseholdOptions.DoorListen)] = options.DoorListen;
        var settings = new JsonObject { [HouseholdOptions.Section] = cluster };
        if (publicUrl.Length > 0)
        {
            settings[FrontDoorOptions.Section] =
                new JsonObject { [nameof(FrontDoorOptions.PublicUrl)] = publicUrl };
        }

        var path = Path.Combine(folder, HouseholdFiles.Settings);
        var draft = $"{path}.{Environment.ProcessId}.new";
        File.Delete(draft);
        var file = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = OwnerFile,
        };
        using (var stream = new FileStream(draft, file))
        using (var writer = new Utf8JsonWriter(stream, new JsonWriterOptions { Indented = true }))
        {
            settings.WriteTo(writer);
            writer.Flush();
            stream.Flush(flushToDisk: true);
        }

        File.Move(draft, path, overwrite: true);
    }
}
