"""What a program of Node reaches: its own folder, its own children, and nothing of the machine."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from samokoder.domain.paths import FilePath
from samokoder.ports import EnvironmentSpec
from tests.adapters.sandboxes import SEPARATED, check, runner
from tests.attacks.bait import laid

PROBES = r"""
const fs = require('node:fs'), net = require('node:net'), dns = require('node:dns').promises;
const dgram = require('node:dgram'), { Worker } = require('node:worker_threads');
const { spawnSync } = require('node:child_process');
const host = JSON.parse(process.argv[2]), found = {};
const ran = (...argv) => {
  const done = spawnSync(argv[0], argv.slice(1));
  if (done.error || done.status !== 0) throw done.error || Error(`exit code ${done.status}`);
};
const connected = where => new Promise((yes, no) => {
  const socket = net.connect(where, yes); socket.on('error', no); setTimeout(() => no(Error('time')), 1500);
});
const worked = text => new Promise((yes, no) => {
  const worker = new Worker(text, { eval: true });
  worker.on('error', no); worker.on('exit', code => code ? no(Error(`${code}`)) : yes());
});
const PROBES = {
  'own file written': () => fs.writeFileSync('own', 'x'),
  'own child run': () => ran('true'),
  'own worker run': () => worked('1'),
  'file of the machine read': () => fs.readFileSync(host.file),
  'home of the person read': () => {  // the way to the interpreter is no secret
    const way = name => host.python.startsWith(`${host.home}/${name}/`);
    if (fs.readdirSync(host.home).every(way)) throw Error('empty');
  },
  'passwords read': () => fs.readFileSync('/etc/shadow'),
  'settings written': () => fs.writeFileSync('/etc/samokoder-probe', 'x'),
  'programs written': () => fs.writeFileSync('/usr/bin/samokoder-probe', 'x'),
  'dependencies written': () => fs.writeFileSync('/env/samokoder-probe', 'x'),
  'environment of the first process read': () => fs.readFileSync('/proc/1/environ'),
  'memory of the first process opened': () => fs.openSync('/proc/1/mem', 'r'),
  'link out followed': () => { fs.symlinkSync(host.file, 'link'); fs.readFileSync('link'); },
  'socket of the engine': () => connected('/var/run/docker.sock'),
  'socket of the machine': () => connected(host.socket),
  'service of the machine on loopback': () => connected({ host: '127.0.0.1', port: host.port }),
  'service of the machine by its address': () => connected({ host: host.addresses[0], port: host.port }),
  'address of the cloud': () => connected({ host: '169.254.169.254', port: 80 }),
  'address in the internet': () => connected({ host: '1.1.1.1', port: 443 }),
  'name looked up': () => dns.resolve4('example.com'),
  'datagram sent': () => new Promise((yes, no) =>
    dgram.createSocket('udp4').send('x', 53, '1.1.1.1', error => error ? no(error) : yes())),
  'fetch': () => fetch('http://1.1.1.1/', { signal: AbortSignal.timeout(1500) }),
  'child in new namespaces': () => ran('unshare', '-r', 'true'),
  'child that mounts': () => ran('mount', '-t', 'tmpfs', 'none', '/mnt'),
  'child that becomes root': () => ran('su', '-c', 'true'),
  'user changed': () => { process.setuid(0); if (host.root) throw Error('root of nothing'); },
  'first process killed': () => { process.kill(1, 'SIGTERM'); throw Error('it lives on'); },
  'worker that reads the machine': () => worked(`require('fs').readFileSync(${JSON.stringify(host.file)})`),
  'secrets of the server': () => { if (!process.env.SAMOKODER_PROBE_SECRET) throw Error('none'); },
};
(async () => {
  for (const [name, probe] of Object.entries(PROBES))
    try { await probe(); found[name] = 'reached'; }
    catch (error) { found[name] = `${error.code || error.message}`; }
  console.log('ended: ' + JSON.stringify(found)); process.exit(0);
})();
"""
ALLOWED = {"own file written", "own child run", "own worker run"}
SPEC = EnvironmentSpec(language="node", dependencies=())


@pytest.mark.timeout(180)
@pytest.mark.parametrize("name", SEPARATED)
async def test_node_reaches_exactly_its_own(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = await runner(name)
    monkeypatch.setenv("SAMOKODER_PROBE_SECRET", "bait")
    with laid(tmp_path) as host:
        wanted = ("file", "home", "python", "socket", "port", "addresses")
        told = {key: value for key, value in json.loads(host).items() if key in wanted}
        command = check("node", "probes.js", json.dumps({**told, "root": os.geteuid() == 0}))
        async with made.open(SPEC) as session:
            report = await session.run({FilePath("probes.js"): PROBES.encode()}, command)
    assert report.exit_code == 0, report
    found = json.loads(report.output.split("ended: ")[1])
    assert len(found) == 28
    assert {one for one, how in found.items() if how == "reached"} == ALLOWED, found
    assert not Path("/etc/samokoder-probe").exists()
