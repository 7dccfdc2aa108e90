using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using QuicPair.Cli.Macs;
using QuicPair.Client;
using QuicPair.Protocol;

namespace QuicPair.Cli.Proxy;

/// <summary><c>quicpair proxy</c>: the Mac's models for the programs of this machine.</summary>
internal static class ProxyCommand
{
    private const string DefaultAddress = "127.0.0.1:11434";

    public static Command Create(Terminal terminal, Option<string?> home)
    {
        var link = new Argument<string?>("link")
        {
            Arity = ArgumentArity.ZeroOrOne,
            Description = "The link that the Mac shows; needed once, later it may be left out.",
        };
        var listen = new Option<string>("--listen")
        {
            Description = $"The loopback address to listen on; default {DefaultAddress}, where Ollama would be.",
            DefaultValueFactory = _ => DefaultAddress,
        };
        var origin = new Option<string[]>("--origin")
        {
            Description = "A web origin whose pages may use it, beside those of this machine.",
            DefaultValueFactory = _ => [],
        };
        var host = Host();
        var mac = new Option<string?>("--mac") { Description = "Which paired Mac, by name or id." };
        var name = new Option<string?>("--name") { Description = "This device's name, as the Mac's owner sees it." };
        var json = new Option<bool>("--json") { Description = "Say where it listens as a line of JSON." };
        var command = new Command(
            "proxy", "Serve the Ollama and OpenAI APIs on this machine, answered by your Mac.")
        {
            link, listen, origin, host, mac, name, json,
        };
        command.SetAction((parsed, cancellation) =>
        {
            var options = MacChoice.Options(terminal, parsed.GetValue(home), parsed.GetValue(name));
            var words = (parsed.GetValue(link), parsed.GetValue(listen)!, parsed.GetValue(mac));
            var admitted = (parsed.GetValue(origin) ?? [], parsed.GetValue(host) ?? []);
            return Run(terminal, options, words, admitted, parsed.GetValue(json), cancellation);
        });
        return command;
    }

    private static Option<string[]> Host()
    {
        var host = new Option<string[]>("--host")
        {
            Description = "A name by which programs may ask it, beside localhost: host.docker.internal in a container.",
            DefaultValueFactory = _ => [],
        };
        host.Validators.Add(result =>
        {
            if (result.GetValueOrDefault<string[]>() is { } names && !names.All(IsName))
            {
                result.AddError("A host is a name without scheme and port, such as host.docker.internal.");
            }
        });
        return host;
    }

    private static bool IsName(string host) => Uri.CheckHostName(host) is UriHostNameType.Dns or UriHostNameType.IPv4;

    private static async Task<int> Run(
        Terminal terminal,
        PhoneOptions options,
        (string? Link, string Listen, string? Mac) words,
        (string[] Origins, string[] Hosts) admitted,
        bool json,
        CancellationToken cancellation)
    {
        if (!IPEndPoint.TryParse(words.Listen, out var listen) || !IPAddress.IsLoopback(listen.Address))
        {
            return terminal.Fail(
                $"{words.Listen} is not a loopback address with a port, such as {DefaultAddress}.", ExitCode.Usage);
        }

        PairingLink? link = null;
        if (words.Link is not null && !LinkText.TryRead(words.Link, out link, out var problem))
        {
            return terminal.Fail(problem, ExitCode.Usage);
        }

        await using var phone = new Phone(options);
        if (!MacChoice.TryChoose(terminal, phone, link, words.Mac, null, out var connect))
        {
            return terminal.Fail(MacChoice.NothingPaired(words.Mac, options), ExitCode.Usage);
        }

        await using var mac = new MacConnection(connect, new MacConnectionOptions
        {
            OnPath = (silent, news) =>
            {
                if (news == PathNews.Away) terminal.Note($"{Terminal.Harmless(silent.Name)} is away; looking for it.");
            },
        });
        var live = await mac.Open(cancellation);
        try
        {
            await using var server = await ProxyServer.Start(mac, listen, admitted.Origins, admitted.Hosts);
            Say(terminal, live.Name, server.Address, json);
            await Interrupt(cancellation);
            return ExitCode.Ok;
        }
        catch (IOException)
        {
            return terminal.Fail(
                $"{listen} is in use, perhaps by an Ollama of this machine; choose another: --listen 127.0.0.1:11435",
                ExitCode.Failed);
        }
        catch (SocketException fault)
        {
            return terminal.Fail(Refusal(listen, fault.SocketErrorCode), ExitCode.Usage);
        }
    }

    /// <summary>Why the system does not let it listen there, in one sentence.</summary>
    internal static string Refusal(IPEndPoint listen, SocketError error) => error switch
    {
        SocketError.AccessDenied =>
            $"{listen} is not for this user to listen on; choose a port of 1024 or above: --listen {DefaultAddress}",
        SocketError.AddressNotAvailable or SocketError.AddressFamilyNotSupported =>
            $"This machine does not have the address of {listen}; choose another: --listen {DefaultAddress}",
        _ => $"{listen} cannot be listened on ({error}); choose another: --listen {DefaultAddress}",
    };

    private static void Say(Terminal terminal, string mac, Uri address, bool json)
    {
        var url = address.GetLeftPart(UriPartial.Authority);
        if (json)
        {
            terminal.Out.WriteLine(new JsonObject { ["mac"] = mac, ["url"] = url }.ToJsonString());
        }
        else
        {
            terminal.Out.WriteLine($"{Terminal.Harmless(mac)} serves at {url} (Ollama) and {url}/v1 (OpenAI).");
            terminal.Note("Ctrl-C ends.");
        }

        terminal.Out.Flush();
    }

    private static async Task Interrupt(CancellationToken cancellation)
    {
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        await ended.Task.WaitAsync(cancellation);

        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ended.TrySetResult();
        }
    }
}
