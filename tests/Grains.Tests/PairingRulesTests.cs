using CsCheck;
using QuicPair.Grains.Interfaces;
using QuicPair.Grains.Pairings;
using QuicPair.Grains.Ports;
using Xunit;

namespace QuicPair.Grains.Tests;

public sealed class PairingRulesTests
{
    private static readonly DeviceId Device = DeviceId.Parse("aaaaaaaaaaaaaaaa");

    private static readonly Gen<DeviceStanding?> Standings =
        from stage in Gen.Int[-1, 3]
        from name in Gen.OneOf(Gen.Const("A phone"), Gen.Const("B phone"))
        select stage < 0 ? null : new DeviceStanding(Device, (PairingStage)stage, name, Sample.Epoch);

    private static readonly Gen<PairingCommand> Commands = Gen.Frequency(
        (6, from standing in Standings
            from connected in Gen.Bool
            select (PairingCommand)new PairingCommand.Observe(standing, connected)),
        (1, Gen.Const((PairingCommand)new PairingCommand.Revoke())));

    private static readonly Gen<PairingCommand[]> Lives = Commands.Array[1, 30];

    [Fact]
    public void Nothing_leads_out_of_revoked() => Live((before, _, step) =>
    {
        if (before is PairingState.Revoked)
        {
            Assert.Equal(before, step.State);
            Assert.DoesNotContain(PairingEffect.Keep, step.Effects);
        }
    });

    [Fact]
    public void A_pairing_goes_forward_or_is_forgotten() => Live((before, _, step) =>
    {
        if (step.State is not PairingState.Unknown)
        {
            Assert.True(Rank(step.State) >= Rank(before), $"{before} became {step.State}");
        }
    });

    [Fact]
    public void Only_a_pairing_that_never_completed_is_forgotten() => Live((before, _, step) =>
    {
        if (step.State is PairingState.Unknown)
        {
            Assert.True(before is PairingState.Unknown or PairingState.Invited or PairingState.Claimed);
        }
    });

    [Fact]
    public void Keys_go_before_sessions_and_both_before_the_record() => Live((_, _, step) =>
    {
        var effects = step.Effects.ToList();
        var closed = effects.IndexOf(PairingEffect.ClosePeers);
        if (effects.Contains(PairingEffect.DeleteKeys))
        {
            Assert.True(effects.IndexOf(PairingEffect.DeleteKeys) < closed);
        }

        if (closed >= 0 && effects.Contains(PairingEffect.Save))
        {
            Assert.True(closed < effects.IndexOf(PairingEffect.Save));
        }
    });

    [Fact]
    public void Each_change_of_stage_is_written_down() => Live((before, _, step) =>
    {
        if (before.GetType() != step.State.GetType())
        {
            Assert.Contains(PairingEffect.Save, step.Effects);
        }
    });

    [Fact]
    public void A_grain_is_kept_for_a_live_session_only() => Live((_, command, step) =>
    {
        var connected = command is PairingCommand.Observe { Connected: true };
        Assert.True(connected || !step.Effects.Contains(PairingEffect.Keep));
        Assert.NotEqual([PairingEffect.Keep, PairingEffect.Release], step.Effects.Where(IsHold).Order());
    });

    [Fact]
    public void A_revoked_device_has_no_keys_and_no_session() => Live((before, command, step) =>
    {
        if (command is PairingCommand.Revoke && before is not PairingState.Unknown)
        {
            Assert.IsType<PairingState.Revoked>(step.State);
            Assert.Contains(PairingEffect.DeleteKeys, step.Effects);
            Assert.Contains(PairingEffect.ClosePeers, step.Effects);
        }
    });

    [Fact]
    public void What_is_written_down_is_read_back() => Live((_, _, step) =>
        Assert.Equal(step.State, PairingRecord.Of("key", step.State).ToState()));

    [Fact]
    public void The_life_of_a_pairing()
    {
        PairingState state = new PairingState.Unknown();
        foreach (var stage in new[] { PairingStage.Invited, PairingStage.Claimed, PairingStage.Paired })
        {
            var standing = new DeviceStanding(Device, stage, "A phone", Sample.Epoch);
            var seen = new PairingCommand.Observe(standing, true);
            state = PairingRules.Decide(state, seen, Sample.Epoch).State;
        }

        Assert.Equal(new PairingState.Paired("A phone", Sample.Epoch, Sample.Epoch), state);
        state = PairingRules.Decide(state, new PairingCommand.Revoke(), Sample.Epoch).State;
        Assert.Equal(new PairingState.Revoked("A phone", Sample.Epoch), state);
    }

    [Fact]
    public void A_device_was_seen_until_it_left_and_not_since_it_came()
    {
        var standing = new DeviceStanding(Device, PairingStage.Paired, "A phone", Sample.Epoch);
        var came = new PairingState.Paired("A phone", Sample.Epoch, Sample.Epoch);
        var end = Sample.Epoch.AddHours(8);
        var left = new PairingCommand.Observe(standing, Connected: false) { WasConnected = true };

        var step = PairingRules.Decide(came, left, end);

        Assert.Equal(came with { LastSeen = end }, step.State);
        Assert.Equal([PairingEffect.Save, PairingEffect.Release], step.Effects);
        var later = PairingRules.Decide(step.State, left with { WasConnected = false }, end.AddHours(1));
        Assert.Equal(step.State, later.State);
    }

    private static void Live(Action<PairingState, PairingCommand, PairingStep> check) => Lives.Sample(
        commands =>
        {
            PairingState state = new PairingState.Unknown();
            for (var i = 0; i < commands.Length; i++)
            {
                var step = PairingRules.Decide(state, commands[i], Sample.Epoch.AddSeconds(40 * i));
                check(state, commands[i], step);
                state = step.State;
            }
        },
        iter: 2_000);

    private static bool IsHold(PairingEffect effect) => effect is PairingEffect.Keep or PairingEffect.Release;

    private static int Rank(PairingState state) => state switch
    {
        PairingState.Invited => 1,
        PairingState.Claimed => 2,
        PairingState.Paired => 3,
        PairingState.Revoked => 4,
        _ => 0,
    };
}
