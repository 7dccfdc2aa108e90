using System.ComponentModel.DataAnnotations;
using QuicPair.Protocol;
using QuicPair.Rtc.Sockets;
using QuicPair.SignalingApi.Ice;
using QuicPair.Silo.Phones;
using QuicPair.Silo.Runners;

namespace QuicPair.Silo.Hosting;

/// <summary>The Mac's own sections of the configuration, checked.</summary>
/// <param name="Name">The Mac's name for people: <c>Mac:Name</c>, else the machine's.</param>
/// <param name="ShowLink"><c>Pairing:Show</c>: <c>terminal</c> (default), <c>always</c> or <c>never</c>.</param>
/// <param name="Runner">Section <c>Runner</c>.</param>
/// <param name="Phones">Section <c>Phones</c>.</param>
/// <param name="IceServers">Section <c>Ice</c> and <c>TURN_…</c>, as the Mac itself uses them.</param>
internal sealed record MacSettings(
    string Name, string ShowLink, RunnerOptions Runner, PhoneOptions Phones, IReadOnlyList<IceServer> IceServers)
{
    /// <summary><c>Network:LocalOnly</c>: nothing leaves the private address ranges.</summary>
    public bool LocalOnly { get; init; }

    /// <summary><c>Pairing:FromOtherMacs</c>: phones of the household's other Macs may come without a scan.</summary>
    public bool AcceptsVouched { get; init; } = true;

    /// <exception cref="ValidationException">A setting is wrong.</exception>
    public static MacSettings Read(IConfiguration configuration)
    {
        var name = DisplayName.Clean(configuration["Mac:Name"] ?? "");
        var show = configuration["Pairing:Show"] ?? "terminal";
        if (show is not ("terminal" or "always" or "never"))
        {
            throw new ValidationException("Pairing:Show is terminal, always or never.");
        }

        return new MacSettings(
            name.Length > 0 ? name : DisplayName.Clean(Environment.MachineName),
            show,
            Section<RunnerOptions>(configuration, RunnerOptions.Section),
            Section<PhoneOptions>(configuration, PhoneOptions.Section),
            ReadIceServers(IceOptions.Read(configuration)))
        {
            LocalOnly = LocalMode.IsOn(configuration),
            AcceptsVouched = configuration.GetValue("Pairing:FromOtherMacs", true),
        };
    }

    private static List<IceServer> ReadIceServers(IceOptions options)
    {
        Validator.ValidateObject(options, new ValidationContext(options), validateAllProperties: true);
        var servers = new List<IceServer>();
        foreach (var url in options.StunUrls.Concat(options.TurnUrls))
        {
            if (!IceServer.TryParse(url, out var server))
            {
                throw new ValidationException($"{IceOptions.Section}: \"{url}\" is no stun:, turn: or turns: address.");
            }

            if (!server.IsRelay) servers.Add(server);
            else if (options.TurnSecret.Length > 0) servers.Add(server with { Secret = options.TurnSecret });
            else servers.Add(server with { Username = options.TurnUser, Password = options.TurnPassword });
        }

        return servers;
    }

    private static T Section<T>(IConfiguration configuration, string name)
        where T : class, new()
    {
        try
        {
            var section = new T();
            configuration.GetSection(name).Bind(section);
            Validator.ValidateObject(section, new ValidationContext(section), validateAllProperties: true);
            return section;
        }
        catch (Exception problem) when (problem is ValidationException or InvalidOperationException)
        {
            throw new ValidationException($"{name}: {problem.Message}", problem);
        }
    }
}
