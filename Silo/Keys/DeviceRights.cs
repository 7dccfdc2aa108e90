using QuicPair.Protocol.Messages.Devices;
using QuicPair.Protocol.Messages.Models;

namespace QuicPair.Silo.Keys;

/// <summary>What a device may do (docs/protocol.md, 7.3). Decided here, whatever the device says.</summary>
internal sealed record DeviceRights
{
    /// <summary>A device that nobody said anything about.</summary>
    public static readonly DeviceRights Default = new();

    private const string AllModels = "*";

    public DeviceRole Role { get; init; } = DeviceRole.User;

    /// <summary>
    /// The models that it may use; <c>*</c> is all, and a name without a tag means the one tagged <c>latest</c> too.
    /// </summary>
    public IReadOnlyList<string> Models { get; init; } = [AllModels];

    /// <summary>Whether it may fetch models; null follows the role.</summary>
    public bool? Pull { get; init; }

    /// <summary>Whether it may take models out of memory; null follows the role.</summary>
    public bool? Unload { get; init; }

    /// <summary>Tokens of prompts and answers in a day (UTC); 0 is no limit.</summary>
    public long TokensPerDay { get; init; }

    /// <summary>When its access ends, Unix seconds; 0 is never.</summary>
    public long Expires { get; init; }

    /// <summary>The day of <see cref="UsedTokens"/>, counted from 1970-01-01.</summary>
    public long UsedDay { get; init; }

    /// <summary>Tokens of that day, kept for a device with a limit.</summary>
    public long UsedTokens { get; init; }

    public bool MayPull() => Pull ?? Role == DeviceRole.Owner;

    public bool MayUnload() => Unload ?? Role != DeviceRole.Guest;

    public bool MayLoad() => Role != DeviceRole.Guest;

    public bool MayManage() => Role == DeviceRole.Owner;

    public bool MayUse(string model) => MayUseAll || Models.Any(name => ModelName.StandsFor(name, model));

    /// <summary>Whether it may use every model.</summary>
    public bool MayUseAll => Models.Contains(AllModels);

    public bool HasExpired(DateTimeOffset now) => Expires > 0 && now.ToUnixTimeSeconds() >= Expires;

    /// <summary>The same rights with what a request sets; the name is not among them.</summary>
    public DeviceRights With(DeviceSetRequest change) => this with
    {
        Role = change.Role ?? Role,
        Models = change.Models ?? Models,
        Pull = change.Pull ?? Pull,
        Unload = change.Unload ?? Unload,
        TokensPerDay = change.TokensPerDay ?? TokensPerDay,
        Expires = change.Expires ?? Expires,
    };
}
