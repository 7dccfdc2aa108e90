using System.Security.Cryptography;
using QuicPair.Client.Session;
using QuicPair.Client.Store;
using QuicPair.Noise;
using QuicPair.Protocol;

namespace QuicPair.Client;

/// <summary>The phone's side of QP/1: pairs by link, remembers, connects. One instance serves several Macs.</summary>
public sealed class Phone : IAsyncDisposable
{
    // QP/1 section 2: "A phone refuses a link only 15 min after its expiry (clocks differ); the Mac decides."
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(15);

    private readonly PhoneOptions _options;
    private readonly PhonePorts _ports;

    /// <summary>Binds a port and opens the store.</summary>
    public Phone(PhoneOptions options)
    {
        _options = options;
        Pairings = new PairingStore(options.StorePath);
        _ports = new PhonePorts(options);
    }

    /// <summary>What this phone remembers.</summary>
    public PairingStore Pairings { get; }

    /// <summary>
    /// The pairings that may lead to a session, the likeliest first: those with lasting keys, then invitations whose
    /// pairing was not completed and may still be, then what a Mac was asked to vouch for and may not know of; among
    /// each the newest first.
    /// </summary>
    public IReadOnlyList<PairingRecord> Usable() =>
    [
        .. Pairings.Load().Reverse()
            .Where(record => record.HasLastingKeys || !IsLongPast(record.Expiry))
            .OrderBy(record => record.Vouching == VouchingStage.Asked)
            .ThenBy(record => !record.HasLastingKeys),
    ];

    /// <summary>Pairs by a link, or connects again when the link was used by this phone before.</summary>
    /// <exception cref="ConnectException">There is no connection, and why.</exception>
    /// <exception cref="PairingStoreException">The pairing cannot be kept.</exception>
    public async Task<PairedMac> Pair(PairingLink link, CancellationToken cancellationToken)
    {
        ForgetOldSecrets();
        var device = KeySchedule.DeviceId(link.Secret);
        var record = Pairings.Load().FirstOrDefault(known => known.DeviceId == device);
        var isNew = record is null;
        if (record is null)
        {
            if (IsLongPast(link.Expiry))
            {
                throw new ConnectException(ConnectFailure.Refused, "This link has expired; ask for a new one.");
            }

            // QP/1 section 2: the phone's key is stored, read back, before its first offer.
            record = NewRecord(link, device);
            Pairings.Save(record);
        }
        else if (record.Origin != link.Origin && link.MacPublicKey.AsSpan().SequenceEqual(record.MacPublicKey))
        {
            // An invitation has a link for each way to the front door; the one that was opened last counts.
            record = record with { Origin = link.Origin };
            Pairings.Save(record);
        }

        try
        {
            return await Open(record, cancellationToken);
        }
        catch (ConnectException failure) when (isNew && failure.Reason == ConnectFailure.Refused)
        {
            // A Mac that refuses the first offer has stored nothing of this phone: another try begins anew. One that
            // broke off may have stored this key, and then only this key completes the pairing.
            Pairings.Remove(stored => stored.DeviceId == device && !stored.HasLastingKeys);
            throw;
        }
    }

    /// <summary>Connects to a Mac of the store.</summary>
    /// <exception cref="ConnectException">There is no connection, and why.</exception>
    /// <exception cref="PairingStoreException">The store cannot be read or written.</exception>
    public async Task<PairedMac> Open(PairingRecord record, CancellationToken cancellationToken)
    {
        ForgetOldSecrets();
        if (record.Secret is not null && IsLongPast(record.Expiry)) record = record with { Secret = null };
        return await Attempt([record], null, cancellationToken);
    }

    /// <summary>
    /// Connects to that one of several Macs of one front door which has the model, is free and is fast; the front door
    /// picks it, and passes over who is away.
    /// </summary>
    /// <param name="records">Pairings with lasting keys at one front door, at least one; ten count.</param>
    /// <param name="model">The model by its exact name; null is each Mac's default.</param>
    /// <param name="cancellationToken">Ends the attempt.</param>
    /// <exception cref="ConnectException">There is no connection, and why.</exception>
    public async Task<PairedMac> OpenAny(
        IReadOnlyList<PairingRecord> records, string? model, CancellationToken cancellationToken)
    {
        var origins = records.Select(record => record.Origin).Distinct();
        if (records.Count == 0 || origins.Count() != 1 || !records.All(record => record.HasLastingKeys))
        {
            throw new ArgumentException("Pairings with lasting keys at one front door are needed.", nameof(records));
        }

        return await Attempt(records, model, cancellationToken);
    }

    /// <summary>
    /// Connects to any Mac of the household that was paired last, whoever has the model; a session that was lost is
    /// first looked for at the Mac that had it, because an answer may be under way there. Who knows of such an answer
    /// goes by <see cref="PairedMac.SameMac"/>, as <see cref="MacConnection"/> does.
    /// </summary>
    /// <param name="model">The model by its exact name; null is each Mac's default.</param>
    /// <returns>What makes a session; also for <see cref="MacConnection"/>.</returns>
    public Func<CancellationToken, Task<PairedMac>> AnyMac(string? model) => new AnyMac(this, model).Connect;

    /// <summary>The pairings with lasting keys at the front door that was paired with last, the newest first.</summary>
    public IReadOnlyList<PairingRecord> Household()
    {
        var known = Pairings.Load()
            .Where(record => record.HasLastingKeys && record.Vouching != VouchingStage.Asked).Reverse().ToList();
        return [.. known.Where(record => record.Origin == known[0].Origin)];
    }

    /// <summary>
    /// A connection that opens itself when it is first used and again whenever it was lost, pairing at first use.
    /// </summary>
    public MacConnection Connect(PairingLink link, MacConnectionOptions? options = null) =>
        new(cancellation => Pair(link, cancellation), options);

    /// <summary>A connection to a Mac of the store that opens itself, again whenever it was lost.</summary>
    public MacConnection Connect(PairingRecord record, MacConnectionOptions? options = null) =>
        new(cancellation => Open(Newest(record), cancellation), options);

    /// <summary>Closes every connection.</summary>
    public ValueTask DisposeAsync() => _ports.DisposeAsync();

    /// <summary>
    /// Pairs with the household's other Macs without a scan: this one names them and vouches, each gets keys of its own
    /// that only it can open. Those that this phone has already are left alone; one that refuses is left out.
    /// </summary>
    /// <param name="mac">A live session with the Mac that was scanned.</param>
    /// <param name="cancellationToken">Ends the attempt; what was done stays.</param>
    /// <returns>The new pairings.</returns>
    /// <exception cref="AnswerException">The Mac does not name others.</exception>
    /// <exception cref="ConnectException">The session is over.</exception>
    /// <exception cref="PairingStoreException">A pairing cannot be kept.</exception>
    public async Task<IReadOnlyList<PairingRecord>> UseHousehold(
        PairedMac mac, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(mac);
        var added = new List<PairingRecord>();
        foreach (var other in await mac.OtherMacs(cancellationToken))
        {
            // A key that is known is never replaced by one that somebody names.
            var known = Pairings.Load().Where(record => record.MacId == other.Mac).ToList();
            if (known.Exists(record => record.Vouching is null)) continue;
            var (record, sealedPairing) = PairingSeal.Make(mac.Pairing, other, _options.Name);
            Pairings.Save(record);
            try
            {
                await mac.Vouch(other.Mac, sealedPairing, cancellationToken);
            }
            catch (AnswerException)
            {
                Pairings.Remove(stored => stored.DeviceId == record.DeviceId);
                continue;
            }

            record = record with { Vouching = VouchingStage.Accepted };
            Pairings.Save(record);
            Pairings.Remove(stored => stored.Vouching is not null && stored.MacId == record.MacId
                && stored.DeviceId != record.DeviceId);
            added.Add(record);
        }

        return added;
    }

    private Task<PairedMac> Attempt(
        IReadOnlyList<PairingRecord> records, string? model, CancellationToken cancellation)
    {
        var (rtc, signaling, ice) = _ports.For(records);
        return new Connecting(_options, Pairings, rtc, signaling, ice).Run(records, model, cancellation);
    }

    // Another program may have completed the pairing meanwhile.
    private PairingRecord Newest(PairingRecord record) =>
        Pairings.Load().FirstOrDefault(known => known.DeviceId == record.DeviceId)
        ?? throw new ConnectException(ConnectFailure.Refused);

    // QP/1 section 5: the secret is erased at the latest 15 min after expiry; without lasting keys the rest is of no
    // use.
    private void ForgetOldSecrets()
    {
        foreach (var old in Pairings.Load().Where(record => record.Secret is not null && IsLongPast(record.Expiry)))
        {
            if (old.HasLastingKeys) Pairings.Save(old with { Secret = null });
            else Pairings.Remove(stored => stored.DeviceId == old.DeviceId && !stored.HasLastingKeys);
        }
    }

    private bool IsLongPast(uint expiry) =>
        _options.TimeProvider.GetUtcNow() > DateTimeOffset.FromUnixTimeSeconds(expiry) + Grace;

    private static PairingRecord NewRecord(PairingLink link, string device) => new()
    {
        Origin = link.Origin,
        MacPublicKey = link.MacPublicKey,
        DeviceId = device,
        PrivateKey = RandomNumberGenerator.GetBytes(KeyPair.KeyLength),
        Flags = link.Flags,
        Secret = link.Secret,
        Expiry = link.Expiry,
    };
}
