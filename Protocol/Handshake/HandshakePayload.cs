using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using QuicPair.Protocol.Codec;

namespace QuicPair.Protocol.Handshake;

/// <summary>
/// The payloads of the two handshake messages (QP/1 section 4): one JSON object, zero-padded to 512 bytes,
/// so that their length says nothing.
/// </summary>
public static class HandshakePayload
{
    /// <summary>Bytes of a payload.</summary>
    public const int Length = 512;

    /// <summary>The phone's payload; <paramref name="name"/> only in mode 1.</summary>
    public static byte[] WritePhone(string device, string? name)
    {
        var buffer = new ArrayBufferWriter<byte>(Length);
        var json = new JsonTextWriter(buffer);
        json.BeginObject();
        json.Number("v", ProtocolVersion.Current);
        json.Text("device", device);
        json.OptionalText("name", name is null ? null : DisplayName.Clean(name));
        json.EndObject();
        return Pad(buffer.WrittenSpan);
    }

    /// <summary>The Mac's payload.</summary>
    public static byte[] WriteMac(string name)
    {
        var buffer = new ArrayBufferWriter<byte>(Length);
        var json = new JsonTextWriter(buffer);
        json.BeginObject();
        json.Number("v", ProtocolVersion.Current);
        json.Text("name", DisplayName.Clean(name));
        json.EndObject();
        return Pad(buffer.WrittenSpan);
    }

    /// <summary>Reads the phone's payload.</summary>
    public static bool TryReadPhone(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out PhonePayload? phone)
    {
        phone = null;
        if (TryReadObject(payload, out var fields))
        {
            using (fields)
            {
                var device = fields.RequiredText("device");
                var name = fields.OptionalText("name");
                var accepted = fields.RequiredNumber("v") == ProtocolVersion.Current
                    && fields.IsValid
                    && PartyId.IsValid(device);
                var shown = name is null ? null : DisplayName.Clean(name);
                phone = accepted ? new PhonePayload(device, shown) : null;
            }
        }

        return phone is not null;
    }

    /// <summary>Reads the Mac's payload: its name, safe to show.</summary>
    public static bool TryReadMac(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out string? name)
    {
        name = null;
        if (TryReadObject(payload, out var fields))
        {
            using (fields)
            {
                var text = fields.RequiredText("name");
                var accepted = fields.RequiredNumber("v") == ProtocolVersion.Current && fields.IsValid;
                name = accepted ? DisplayName.Clean(text) : null;
            }
        }

        return name is not null;
    }

    private static bool TryReadObject(ReadOnlySpan<byte> payload, [NotNullWhen(true)] out JsonFields? fields)
    {
        fields = null;
        return payload.Length == Length && JsonFields.TryParse(payload.TrimEnd((byte)0), out fields);
    }

    private static byte[] Pad(ReadOnlySpan<byte> json)
    {
        var payload = new byte[Length];
        json.CopyTo(payload);
        return payload;
    }
}
