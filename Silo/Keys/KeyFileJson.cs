using System.Collections.Immutable;
using System.Text.Json;
using System.Text.Json.Serialization;
using QuicPair.Protocol;

namespace QuicPair.Silo.Keys;

/// <summary>The key file's content as JSON. Version 1.</summary>
internal static partial class KeyFileJson
{
    private const int Version = 1;

    public static byte[] Write(KeyFileContent content) => JsonSerializer.SerializeToUtf8Bytes(
        new Document
        {
            Version = Version,
            MacPrivateKey = content.MacPrivateKey,
            Invitation = content.Invitation is { } open
                ? new InvitationDocument { Secret = open.Secret, Expires = open.Expires, Flags = (byte)open.Flags }
                : null,
            Devices = [.. content.Devices.Values.OrderBy(device => device.Id, StringComparer.Ordinal)],
            Trust = content.Trust,
            Former =
            [
                .. content.Former.Select(former => new FormerDocument { Origin = former.Key, Until = former.Value }),
            ],
            Members = content.Members,
            Owed = content.Owed,
        },
        Context.Default.Document);

    /// <exception cref="JsonException">It is not the content of a key file.</exception>
    public static KeyFileContent Read(ReadOnlySpan<byte> json)
    {
        var document = JsonSerializer.Deserialize(json, Context.Default.Document);
        if (document is not { Version: Version, MacPrivateKey.Length: KeySchedule.KeyLength })
        {
            throw new JsonException();
        }

        var invitation = document.Invitation is { Secret.Length: KeySchedule.KeyLength } open
            ? new Invitation(open.Secret, open.Expires, (LinkFlags)open.Flags)
            : null;
        return new KeyFileContent(
            document.MacPrivateKey, invitation, document.Devices.ToImmutableDictionary(device => device.Id))
        {
            // No bytes are written as an empty text, not as null.
            Trust = document.Trust is { Signing.Length: 0 } member ? member with { Signing = null } : document.Trust,
            Former = document.Former.ToImmutableDictionary(former => former.Origin, former => former.Until),
            Members = [.. document.Members ?? []],
            Owed = [.. document.Owed],
        };
    }

    internal sealed record Document
    {
        public required int Version { get; init; }

        public required byte[] MacPrivateKey { get; init; }

        public InvitationDocument? Invitation { get; init; }

        public required IReadOnlyList<DeviceRecord> Devices { get; init; }

        public HouseholdTrust? Trust { get; init; }

        public IReadOnlyList<FormerDocument> Former { get; init; } = [];

        public IReadOnlyList<string>? Members { get; init; }

        public IReadOnlyList<OwedRevocation> Owed { get; init; } = [];
    }

    internal sealed record FormerDocument
    {
        public required PairingOrigin Origin { get; init; }

        public required DateTimeOffset Until { get; init; }
    }

    internal sealed record InvitationDocument
    {
        public required byte[] Secret { get; init; }

        public required DateTimeOffset Expires { get; init; }

        public required byte Flags { get; init; }
    }

    [JsonSerializable(typeof(Document))]
    [JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
    private sealed partial class Context : JsonSerializerContext;
}
