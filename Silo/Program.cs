using QuicPair.Silo.Hosting;

return await DaemonProcess.Run(args, Console.Error);
