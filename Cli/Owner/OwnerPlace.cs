using System.CommandLine;
using QuicPair.Cli.Macs;
using QuicPair.Client;

namespace QuicPair.Cli.Owner;

/// <summary>
/// Where an owner's command goes: to the daemon of this machine, or with <c>--mac</c> to a paired Mac.
/// </summary>
internal sealed class OwnerPlace(Terminal terminal, Option<string?> home)
{
    public Option<string?> Mac { get; } = new("--mac")
    {
        Description = "Ask a paired Mac, by name or id, whose owner this device is, in place of this machine's daemon.",
        Recursive = true,
    };

    /// <exception cref="DaemonException">There is no such Mac, or no daemon runs.</exception>
    /// <exception cref="ConnectException">The Mac cannot be reached.</exception>
    public async Task<IOwnerDesk> Connect(ParseResult parsed, CancellationToken cancellation)
    {
        var folder = parsed.GetValue(home);
        if (parsed.GetValue(Mac) is not { } mac)
        {
            return await Daemon.Connect(folder, takesMac: true, cancellation);
        }

        var options = MacChoice.Options(terminal, folder, null);
        var phone = new Phone(options);
        try
        {
            return MacChoice.TryChoose(terminal, phone, null, mac, null, out var connect)
                ? new PairedDesk(phone, await connect(cancellation))
                : throw new DaemonException(MacChoice.NothingPaired(mac, options), ExitCode.Usage);
        }
        catch
        {
            await phone.DisposeAsync();
            throw;
        }
    }
}
