using System.Buffers;
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
    private const UnixFileMode OwnerFolder =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

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

        var content = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(content, new JsonWriterOptions { Indented = true }))
        {
            settings.WriteTo(writer);
        }

        OwnerFile.Write(Path.Combine(folder, HouseholdFiles.Settings), content.WrittenSpan);
    }
}
