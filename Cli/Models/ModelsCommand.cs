using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using QuicPair.Cli.Macs;
using QuicPair.Client;
using QuicPair.Protocol.Chat;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Cli.Models;

/// <summary><c>quicpair models</c>: the models of a paired Mac.</summary>
internal static class ModelsCommand
{
    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var mac = new Option<string?>("--mac")
        {
            Description = "Which paired Mac, by name or id.",
            Recursive = true,
        };
        var json = new Option<bool>("--json")
        {
            Description = "Print JSON: list an array, show an object, pull a line for each step.",
            Recursive = true,
        };
        var command = new Command("models", "List the models of your Mac.") { mac, json };
        var list = new Command("list", "List the models of your Mac.");
        list.SetAction(List);
        command.SetAction(List);
        command.Add(list);
        command.Add(WithModel("load", "Bring a model into the Mac's memory.", async (shared, model, _, token) =>
        {
            var loaded = await shared.Ask((live, stop) => live.Load(model, stop), token);
            terminal.Note($"Loaded: {Terminal.Harmless(loaded)}");
        }));
        command.Add(WithModel("unload", "Take a model out of the Mac's memory.", async (shared, model, _, token) =>
        {
            await shared.Ask((live, stop) => Unload(live, model, stop), token);
            terminal.Note($"Unloaded: {Terminal.Harmless(model)}");
        }));
        command.Add(WithModel(
            "pull",
            "Have the Mac fetch a model, where its owner allows it.",
            (shared, model, asJson, token) => PullProgress.Show(
                terminal, asJson, (progress, note) => shared.Pull(model, progress, note, token))));
        command.Add(WithModel("show", "Say what the Mac knows of a model.", async (shared, model, asJson, token) =>
            Show(terminal, await shared.Ask((live, stop) => live.Show(model, stop), token), asJson)));
        return command;

        Task<int> List(ParseResult parsed, CancellationToken cancellation) =>
            With(terminal, parsed.GetValue(home), parsed.GetValue(mac), async shared =>
            {
                var models = await shared.Ask((live, stop) => live.Models(stop), cancellation);
                Print(terminal, models, parsed.GetValue(json));
            }, cancellation);

        Command WithModel(
            string name, string description, Func<SharedMac, string, bool, CancellationToken, Task> action)
        {
            var model = new Argument<string>("model") { Description = "The model's name." };
            var sub = new Command(name, description) { model };
            sub.SetAction((parsed, cancellation) => With(
                terminal, parsed.GetValue(home), parsed.GetValue(mac),
                shared => action(shared, parsed.GetValue(model)!, parsed.GetValue(json), cancellation), cancellation));
            return sub;
        }
    }

    private static async Task<int> With(
        Terminal terminal, string? home, string? mac, Func<SharedMac, Task> action, CancellationToken cancellation)
    {
        var options = MacChoice.Options(terminal, home, null);
        await using var phone = new Phone(options);
        if (!MacChoice.TryChoose(terminal, phone, null, mac, null, out var connect))
        {
            return terminal.Fail(MacChoice.NothingPaired(mac, options), ExitCode.Usage);
        }

        await using var connection = new MacConnection(connect);
        await action(new SharedMac(terminal, connection));
        return ExitCode.Ok;
    }

    private static async Task<bool> Unload(PairedMac live, string model, CancellationToken stop)
    {
        await live.Unload(model, stop);
        return true;
    }

    private static void Print(Terminal terminal, IReadOnlyList<ModelDescription> models, bool json)
    {
        if (json)
        {
            terminal.Out.WriteLine(new JsonArray([.. models.Select(Json)]).ToJsonString());
            return;
        }

        var list = new Listing(("model", false), ("size", true), ("", false));
        foreach (var model in models)
        {
            string?[] marks =
            [
                model.Loaded ? "loaded" : null,
                model.Remote ? "cloud" : null,
                .. model.Capabilities,
            ];
            list.Add(model.Name, ByteSize.Text(model.Size) ?? "-", string.Join(", ", marks.OfType<string>()));
        }

        list.Print(terminal);
        if (models.Count == 0)
        {
            terminal.Note("The Mac has no model; on the Mac, for example: ollama pull qwen2.5:3b");
        }
    }

    private static void Show(Terminal terminal, ShowReply reply, bool json)
    {
        List<(string Name, string? Value)> facts =
        [
            ("model", reply.Model),
            ("size", ByteSize.Text(reply.Size) ?? "-"),
            ("family", reply.Details.Family),
            ("parameters", reply.Details.ParameterSize),
            ("quantization", reply.Details.Quantization),
            ("context", reply.Details.ContextLength?.ToString(CultureInfo.InvariantCulture)),
            ("capabilities", string.Join(", ", reply.Capabilities)),
        ];
        if (json)
        {
            var all = new JsonObject();
            facts.ForEach(fact => all[fact.Name] = fact.Value);
            all["size"] = ByteSize.Known(reply.Size);
            terminal.Out.WriteLine(all.ToJsonString());
            return;
        }

        foreach (var (name, value) in facts.Where(fact => fact.Value is { Length: > 0 }))
        {
            terminal.Out.WriteLine($"{name,-12}  {Terminal.Harmless(value!)}");
        }
    }

    private static JsonNode Json(ModelDescription model) => new JsonObject
    {
        ["name"] = model.Name,
        ["size"] = ByteSize.Known(model.Size),
        ["loaded"] = model.Loaded,
        ["remote"] = model.Remote,
        ["capabilities"] = new JsonArray([.. model.Capabilities.Select(name => (JsonNode)name)]),
    };
}
