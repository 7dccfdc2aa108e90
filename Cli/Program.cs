using QuicPair.Cli;

return await CommandLine.Run(args, Terminal.OfThisProcess());
