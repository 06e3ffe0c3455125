package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"
	core "k8s.io/api/core/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// container is one container of a pod: a process, started again when it ends and the pod says so.
type container struct {
	pod      *pod
	spec     core.Container
	workDir  string
	lock     sync.Mutex
	attempt  int
	state    core.ContainerState
	last     core.ContainerState
	process  *os.Process
	stdin    io.WriteCloser
	terminal *os.File
	ended    chan struct{} // closed at the end of the current attempt
	outputs  map[*output]struct{}
	execs    map[*os.Process]struct{}
}

// output is where the output of a container goes, besides its log.
type output struct {
	stdout, stderr io.Writer
	failed         chan struct{}
	once           sync.Once
}

func newContainer(pod *pod, spec core.Container) *container {
	return &container{
		pod: pod, spec: spec, workDir: filepath.Join(pod.dir, spec.Name, "work"),
		outputs: map[*output]struct{}{}, execs: map[*os.Process]struct{}{},
	}
}

func (c *container) logPath(attempt int) string {
	return filepath.Join(c.pod.dir, c.spec.Name, fmt.Sprintf("%d.log", attempt))
}

// run starts the process, and starts it again as often as it ends and ought to run.
func (c *container) run() {
	for delay := 100 * time.Millisecond; ; delay = min(2*delay, 10*time.Second) {
		if !c.restarts(c.runOnce()) {
			return
		}
		select {
		case <-c.pod.stopped:
			return
		case <-time.After(delay):
		}
		c.lock.Lock()
		c.last, c.attempt = c.state, c.attempt+1
		c.lock.Unlock()
	}
}

func (c *container) restarts(exitCode int) bool {
	policy := c.pod.Spec.RestartPolicy
	return policy == core.RestartPolicyAlways || policy == core.RestartPolicyOnFailure && exitCode != 0
}

func (c *container) runOnce() int {
	startedAt := meta.Now()
	ended := make(chan struct{})
	defer close(ended)
	wait, err := c.start(startedAt, ended)
	code, reason, message := 0, "Completed", ""
	if err != nil {
		code, reason, message = 128, "StartError", err.Error()
	} else if err := wait(); err != nil {
		code, reason = exitCode(err), "Error"
	}
	c.lock.Lock()
	c.process, c.stdin, c.terminal = nil, nil, nil
	c.state = core.ContainerState{Terminated: &core.ContainerStateTerminated{
		ExitCode: int32(code), Reason: reason, Message: message, StartedAt: startedAt, FinishedAt: meta.Now(), ContainerID: c.id(),
	}}
	c.lock.Unlock()
	c.pod.notify()
	return code
}

func (c *container) start(startedAt meta.Time, ended chan struct{}) (wait func() error, err error) {
	c.lock.Lock()
	defer c.lock.Unlock()
	select {
	case <-c.pod.stopped:
		return nil, errors.New("the pod is going")
	default:
	}
	if err := os.MkdirAll(c.workDir, 0o755); err != nil {
		return nil, err
	}
	log, err := os.Create(c.logPath(c.attempt))
	if err != nil {
		return nil, err
	}
	argv := append(append([]string{}, c.spec.Command...), c.spec.Args...)
	if len(argv) == 0 {
		argv = []string{"sleep", "infinity"}
	}
	command := c.command(argv)
	copied := &sync.WaitGroup{}
	follow := func(stream string, from io.Reader) {
		copied.Add(1)
		go func() {
			defer copied.Done()
			c.collect(stream, from, log)
		}()
	}
	if c.spec.TTY {
		command.SysProcAttr = nil // a terminal makes a session, and so a process group
		if c.terminal, err = pty.Start(command); err != nil {
			return nil, err
		}
		c.stdin = c.terminal
		follow("stdout", c.terminal)
	} else {
		stdout, _ := command.StdoutPipe()
		stderr, _ := command.StderrPipe()
		if c.spec.Stdin {
			c.stdin, _ = command.StdinPipe()
		}
		if err := command.Start(); err != nil {
			return nil, err
		}
		follow("stdout", stdout)
		follow("stderr", stderr)
	}
	c.process, c.ended = command.Process, ended
	c.state = core.ContainerState{Running: &core.ContainerStateRunning{StartedAt: startedAt}}
	c.pod.notify()
	return func() error {
		copied.Wait()
		log.Close()
		return command.Wait()
	}, nil
}

// command makes a process of the container, in a process group of its own so that its children end with it.
func (c *container) command(argv []string) *exec.Cmd {
	path := os.Getenv("PATH")
	env := []string{"HOME=" + c.workDir, "HOSTNAME=" + c.pod.Name, "TERM=xterm"}
	for _, variable := range c.spec.Env {
		if variable.Name == "PATH" {
			path = variable.Value
		}
		env = append(env, variable.Name+"="+variable.Value)
	}
	command := exec.Command(argv[0], argv[1:]...)
	command.Dir, command.Env = c.workDir, append([]string{"PATH=" + path}, env...)
	command.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if !strings.Contains(argv[0], "/") {
		command.Path, command.Err = c.find(argv[0], path)
	}
	return command
}

// find looks for a program as the container would, whose path may have folders below its working folder.
func (c *container) find(name, path string) (string, error) {
	for _, dir := range filepath.SplitList(path) {
		if !filepath.IsAbs(dir) {
			dir = filepath.Join(c.workDir, dir)
		}
		file := filepath.Join(dir, name)
		if info, err := os.Stat(file); err == nil && !info.IsDir() && info.Mode()&0o111 != 0 {
			return file, nil
		}
	}
	return "", &exec.Error{Name: name, Err: exec.ErrNotFound}
}

// collect writes what the process says to the log, in the format of container runtimes, and to whoever is attached.
func (c *container) collect(stream string, from io.Reader, log io.Writer) {
	buffer := make([]byte, 32*1024)
	for {
		n, err := from.Read(buffer)
		for _, line := range bytes.SplitAfter(buffer[:n], []byte("\n")) {
			if len(line) == 0 {
				continue
			}
			tag, text := "F", bytes.TrimSuffix(line, []byte("\n"))
			if len(text) == len(line) {
				tag = "P"
			}
			fmt.Fprintf(log, "%s %s %s %s\n", time.Now().UTC().Format(time.RFC3339Nano), stream, tag, text)
		}
		c.lock.Lock()
		outputs := make([]*output, 0, len(c.outputs))
		for output := range c.outputs {
			outputs = append(outputs, output)
		}
		c.lock.Unlock()
		for _, output := range outputs {
			output.write(stream, buffer[:n])
		}
		if err != nil { // of a terminal also its end
			return
		}
	}
}

func (o *output) write(stream string, data []byte) {
	to := o.stdout
	if stream == "stderr" {
		to = o.stderr
	}
	if to == nil {
		return
	}
	if _, err := to.Write(data); err != nil {
		o.once.Do(func() { close(o.failed) })
	}
}

func (c *container) id() string {
	return fmt.Sprintf("process://%s-%s-%d", c.pod.UID, c.spec.Name, c.attempt)
}

func (c *container) status() core.ContainerStatus {
	c.lock.Lock()
	defer c.lock.Unlock()
	running := c.state.Running != nil
	return core.ContainerStatus{
		Name: c.spec.Name, Image: c.spec.Image, ContainerID: c.id(), Ready: running, Started: &running,
		RestartCount: int32(c.attempt), State: c.state, LastTerminationState: c.last,
	}
}

func (c *container) stop() {
	c.lock.Lock()
	processes := []*os.Process{c.process}
	for process := range c.execs {
		processes = append(processes, process)
	}
	ended := c.ended
	c.lock.Unlock()
	for _, process := range processes {
		if process != nil {
			syscall.Kill(-process.Pid, syscall.SIGKILL)
		}
	}
	if ended != nil {
		<-ended
	}
}

func exitCode(err error) int {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return 128
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}
