using System.Buffers.Binary;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Devices;
using QuicPair.Protocol.Messages.Household;
using QuicPair.Protocol.Messages.Models;
using QuicPair.Protocol.Vouching;

namespace QuicPair.Protocol.Codec;

/// <content>Requests about models and devices, and their replies (QP/1 sections 7.1 and 7.2).</content>
public static partial class MessageReader
{
    private const int MaxInputs = 128;
    private const int MaxDimensions = 65_536;
    private const int MaxStatus = 256;
    private const int MaxModelNames = 64;
    private const int MaxMacs = 16;

    // Each of them has an id: several may be under way at once.
    private static Message? ReadRequest(string op, JsonFields fields)
    {
        Message? message = op switch
        {
            "show" => fields.Has("details") ? ShowReply(fields) : new ShowRequest { Model = Model(fields) },
            "load" => new LoadRequest { Model = fields.Has("model") ? Model(fields) : null },
            "loaded" => new LoadedMessage { Model = Model(fields) },
            "unload" => new UnloadRequest { Model = Model(fields) },
            "unloaded" => new UnloadedMessage { Model = Model(fields) },
            "pull" => new PullRequest { Model = Model(fields) },
            "progress" => Progress(fields),
            "pulled" => new PulledMessage { Model = Model(fields) },
            "embed" => Embed(fields),
            "embeddings" => Embeddings(fields),
            "running" => fields.Has("models") ? Running(fields) : new RunningRequest(),
            "devices" => fields.Has("devices") ? Devices(fields) : new DevicesRequest(),
            "device_set" => DeviceSet(fields),
            "device_revoke" => new DeviceRevokeRequest { Device = Device(fields) },
            "device_revoked" => new DeviceRevokedMessage { Device = Device(fields) },
            "macs" => fields.Has("macs") ? Macs(fields) : new MacsRequest(),
            "vouch" => Vouch(fields),
            "vouched" => new VouchedMessage { Mac = Mac(fields) },
            _ => null,
        };
        return message is null ? null : Named(message, fields);
    }

    private static string Model(JsonFields fields)
    {
        var model = fields.RequiredText("model");
        fields.Require(ModelName.IsValid(model));
        return model;
    }

    private static ShowReply ShowReply(JsonFields fields)
    {
        var details = fields.OptionalObject("details");
        var reply = new ShowReply
        {
            Model = Model(fields),
            Size = fields.RequiredNumber("size"),
            Remote = fields.OptionalFlag("remote") ?? false,
            Capabilities = fields.OptionalTexts("capabilities") ?? [],
            Details = new ModelDetails
            {
                Family = details?.OptionalText("family"),
                Format = details?.OptionalText("format"),
                ParameterSize = details?.OptionalText("parameter_size"),
                Quantization = details?.OptionalText("quantization"),
                ContextLength = details?.OptionalNumber("context_length"),
                EmbeddingLength = details?.OptionalNumber("embedding_length"),
                Parameters = details?.OptionalText("parameters"),
                Template = details?.OptionalText("template"),
                System = details?.OptionalText("system"),
            },
        };
        fields.Require(details is { IsValid: true });
        return reply;
    }

    private static ProgressMessage Progress(JsonFields fields)
    {
        var progress = new ProgressMessage
        {
            Status = fields.RequiredText("status"),
            Completed = fields.OptionalNumber("completed"),
            Total = fields.OptionalNumber("total"),
        };
        fields.Require(progress.Status.Length <= MaxStatus);
        return progress;
    }

    private static EmbedRequest Embed(JsonFields fields)
    {
        var request = new EmbedRequest
        {
            Model = Model(fields),
            Input = fields.OptionalTexts("input") ?? [],
            Dimensions = fields.OptionalNumber("dimensions"),
        };
        fields.Require(request.Input.Count is > 0 and <= MaxInputs);
        fields.Require(request.Dimensions is null or (> 0 and <= MaxDimensions));
        return request;
    }

    private static EmbeddingsReply Embeddings(JsonFields fields)
    {
        var texts = fields.OptionalTexts("embeddings") ?? [];
        fields.Require(texts.Count is > 0 and <= MaxInputs);
        var embeddings = new List<float[]>(texts.Count);
        foreach (var text in texts)
        {
            fields.Require(TryReadVector(text, out var vector));
            embeddings.Add(vector);
        }

        fields.Require(embeddings.TrueForAll(vector => vector.Length == embeddings[0].Length));
        return new EmbeddingsReply
        {
            Model = Model(fields),
            Embeddings = embeddings,
            Tokens = fields.OptionalNumber("tokens"),
        };
    }

    // Standard base64 over little-endian binary32: exact, and half as long as digits.
    private static bool TryReadVector(string text, out float[] vector)
    {
        vector = [];
        var bytes = new byte[text.Length / 4 * 3];
        if (!Convert.TryFromBase64String(text, bytes, out var length)) return false;
        if (length == 0 || length % sizeof(float) != 0 || length / sizeof(float) > MaxDimensions) return false;
        if (Convert.ToBase64String(bytes.AsSpan(0, length)) != text) return false;
        vector = new float[length / sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            vector[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
            if (!float.IsFinite(vector[i])) return false;
        }

        return true;
    }

    private static RunningReply Running(JsonFields fields)
    {
        var models = new List<RunningModel>();
        foreach (var element in fields.OptionalArray("models") ?? [])
        {
            var model = JsonFields.Of(element);
            models.Add(new RunningModel
            {
                Name = model.RequiredText("name"),
                Size = model.OptionalNumber("size"),
                VideoMemory = model.OptionalNumber("vram"),
                ContextLength = model.OptionalNumber("context_length"),
                Until = model.OptionalNumber("until"),
            });
            fields.Require(model.IsValid);
        }

        return new RunningReply { Models = models };
    }

    private static DevicesReply Devices(JsonFields fields)
    {
        var devices = new List<DeviceDescription>();
        foreach (var element in fields.OptionalArray("devices") ?? [])
        {
            var device = JsonFields.Of(element);
            var role = Choice<DeviceRole>(device, "role");
            device.Require(role is not null);
            devices.Add(new DeviceDescription
            {
                Device = Device(device),
                Name = device.RequiredText("name"),
                Role = role ?? default,
                Models = ModelNames(device) ?? [],
                Pull = device.OptionalFlag("pull") ?? false,
                Unload = device.OptionalFlag("unload") ?? false,
                TokensPerDay = device.RequiredNumber("tokens_per_day"),
                TokensToday = device.RequiredNumber("tokens_today"),
                Expires = device.RequiredNumber("expires"),
                Since = device.RequiredNumber("since"),
                Connected = device.OptionalFlag("connected") ?? false,
            });
            fields.Require(device.IsValid);
        }

        return new DevicesReply { Devices = devices };
    }

    private static DeviceSetRequest DeviceSet(JsonFields fields)
    {
        var request = new DeviceSetRequest
        {
            Device = Device(fields),
            Name = fields.OptionalText("name"),
            Role = Choice<DeviceRole>(fields, "role"),
            Models = ModelNames(fields),
            Pull = fields.OptionalFlag("pull"),
            Unload = fields.OptionalFlag("unload"),
            TokensPerDay = fields.OptionalNumber("tokens_per_day"),
            Expires = fields.OptionalNumber("expires"),
        };
        fields.Require(request is not
        {
            Name: null, Role: null, Models: null, Pull: null, Unload: null, TokensPerDay: null, Expires: null,
        });
        return request;
    }

    private static MacsReply Macs(JsonFields fields)
    {
        var macs = new List<NamedMac>();
        foreach (var element in fields.OptionalArray("macs") ?? [])
        {
            var mac = JsonFields.Of(element);
            var named = new NamedMac(
                Mac(mac), DisplayName.Clean(mac.RequiredText("name")), Bytes(mac, "key", KeySchedule.KeyLength));

            // Whoever names a Mac cannot give it another key than its own.
            fields.Require(mac.IsValid && KeySchedule.MacId(named.Key) == named.Mac);
            macs.Add(named);
        }

        fields.Require(macs.Count <= MaxMacs && macs.DistinctBy(mac => mac.Mac).Count() == macs.Count);
        return new MacsReply { Macs = macs };
    }

    private static VouchRequest Vouch(JsonFields fields) => new()
    {
        Mac = Mac(fields),
        Sealed = Bytes(fields, "sealed", SealedPairing.MessageLength),
    };

    private static string Mac(JsonFields fields)
    {
        var mac = fields.RequiredText("mac");
        fields.Require(PartyId.IsValid(mac));
        return mac;
    }

    private static byte[] Bytes(JsonFields fields, string name, int length)
    {
        var bytes = new byte[length];
        fields.Require(StrictBase64Url.TryDecode(fields.RequiredText(name), bytes));
        return bytes;
    }

    private static string Device(JsonFields fields)
    {
        var device = fields.RequiredText("device");
        fields.Require(PartyId.IsValid(device));
        return device;
    }

    private static IReadOnlyList<string>? ModelNames(JsonFields fields)
    {
        var names = fields.OptionalTexts("models");
        fields.Require(names is null || (names.Count <= MaxModelNames && names.All(name => ModelName.IsValid(name))));
        return names;
    }
}
