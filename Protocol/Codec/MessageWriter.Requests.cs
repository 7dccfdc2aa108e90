using System.Buffers.Binary;
using QuicPair.Protocol.Messages;
using QuicPair.Protocol.Messages.Devices;
using QuicPair.Protocol.Messages.Household;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Protocol.Codec;

/// <content>Requests about models and devices, and their replies (QP/1 sections 7.1 and 7.2).</content>
public static partial class MessageWriter
{
    private static void Request(Message message, ref JsonTextWriter json)
    {
        switch (message)
        {
            case ShowRequest show: json.Text("model", show.Model); break;
            case ShowReply show: Show(show, ref json); break;
            case LoadRequest load: json.OptionalText("model", load.Model); break;
            case LoadedMessage loaded: json.Text("model", loaded.Model); break;
            case UnloadRequest unload: json.Text("model", unload.Model); break;
            case UnloadedMessage unloaded: json.Text("model", unloaded.Model); break;
            case PullRequest pull: json.Text("model", pull.Model); break;
            case PulledMessage pulled: json.Text("model", pulled.Model); break;
            case ProgressMessage progress: Progress(progress, ref json); break;
            case EmbedRequest embed: Embed(embed, ref json); break;
            case EmbeddingsReply reply: Embeddings(reply, ref json); break;
            case RunningReply running: Running(running, ref json); break;
            case DevicesReply reply: Devices(reply, ref json); break;
            case DeviceSetRequest change: DeviceSet(change, ref json); break;
            case DeviceRevokeRequest revoke: json.Text("device", revoke.Device); break;
            case DeviceRevokedMessage revoked: json.Text("device", revoked.Device); break;
            case MacsReply reply: Macs(reply, ref json); break;
            case VouchRequest vouch: Vouch(vouch, ref json); break;
            case VouchedMessage vouched: json.Text("mac", vouched.Mac); break;
            default: break;
        }
    }

    private static void Show(ShowReply show, ref JsonTextWriter json)
    {
        json.Text("model", show.Model);
        json.Number("size", show.Size);
        json.Flag("remote", show.Remote);
        json.Texts("capabilities", show.Capabilities);
        json.Name("details");
        json.BeginObject();
        json.OptionalText("family", show.Details.Family);
        json.OptionalText("format", show.Details.Format);
        json.OptionalText("parameter_size", show.Details.ParameterSize);
        json.OptionalText("quantization", show.Details.Quantization);
        json.Number("context_length", show.Details.ContextLength);
        json.Number("embedding_length", show.Details.EmbeddingLength);
        json.OptionalText("parameters", show.Details.Parameters);
        json.OptionalText("template", show.Details.Template);
        json.OptionalText("system", show.Details.System);
        json.EndObject();
    }

    private static void Progress(ProgressMessage progress, ref JsonTextWriter json)
    {
        json.Text("status", progress.Status);
        json.Number("completed", progress.Completed);
        json.Number("total", progress.Total);
    }

    private static void Embed(EmbedRequest embed, ref JsonTextWriter json)
    {
        json.Text("model", embed.Model);
        json.Texts("input", embed.Input);
        json.Number("dimensions", embed.Dimensions);
    }

    private static void Embeddings(EmbeddingsReply reply, ref JsonTextWriter json)
    {
        json.Text("model", reply.Model);
        json.Texts("embeddings", [.. reply.Embeddings.Select(Vector)]);
        json.Number("tokens", reply.Tokens);
    }

    private static string Vector(float[] vector)
    {
        var bytes = new byte[vector.Length * sizeof(float)];
        for (var i = 0; i < vector.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), vector[i]);
        }

        return Convert.ToBase64String(bytes);
    }

    private static void Running(RunningReply running, ref JsonTextWriter json)
    {
        json.Name("models");
        json.BeginArray();
        foreach (var model in running.Models)
        {
            json.BeginObject();
            json.Text("name", model.Name);
            json.Number("size", model.Size);
            json.Number("vram", model.VideoMemory);
            json.Number("context_length", model.ContextLength);
            json.Number("until", model.Until);
            json.EndObject();
        }

        json.EndArray();
    }

    private static void Devices(DevicesReply reply, ref JsonTextWriter json)
    {
        json.Name("devices");
        json.BeginArray();
        foreach (var device in reply.Devices)
        {
            json.BeginObject();
            json.Text("device", device.Device);
            json.Text("name", device.Name);
            json.Text("role", MessageReader.WireName(device.Role));
            json.Texts("models", device.Models);
            json.Flag("pull", device.Pull);
            json.Flag("unload", device.Unload);
            json.Number("tokens_per_day", device.TokensPerDay);
            json.Number("tokens_today", device.TokensToday);
            json.Number("expires", device.Expires);
            json.Number("since", device.Since);
            json.Flag("connected", device.Connected);
            json.EndObject();
        }

        json.EndArray();
    }

    private static void Macs(MacsReply reply, ref JsonTextWriter json)
    {
        json.Name("macs");
        json.BeginArray();
        foreach (var mac in reply.Macs)
        {
            json.BeginObject();
            json.Text("mac", mac.Mac);
            json.Text("name", mac.Name);
            json.Text("key", StrictBase64Url.Encode(mac.Key));
            json.EndObject();
        }

        json.EndArray();
    }

    private static void Vouch(VouchRequest vouch, ref JsonTextWriter json)
    {
        json.Text("mac", vouch.Mac);
        json.Text("sealed", StrictBase64Url.Encode(vouch.Sealed));
    }

    private static void DeviceSet(DeviceSetRequest change, ref JsonTextWriter json)
    {
        json.Text("device", change.Device);
        json.OptionalText("name", change.Name);
        json.OptionalText("role", change.Role is { } role ? MessageReader.WireName(role) : null);
        json.Texts("models", change.Models);
        json.Flag("pull", change.Pull);
        json.Flag("unload", change.Unload);
        json.Number("tokens_per_day", change.TokensPerDay);
        json.Number("expires", change.Expires);
    }
}
