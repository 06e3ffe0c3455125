package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"time"

	"github.com/creack/pty"
	core "k8s.io/api/core/v1"
	internalapi "k8s.io/cri-api/pkg/apis"
	cri "k8s.io/cri-api/pkg/apis/runtime/v1"
	"k8s.io/cri-client/pkg/logs"
	"k8s.io/cri-streaming/pkg/streaming/portforward"
	"k8s.io/cri-streaming/pkg/streaming/remotecommand"
	utilexec "k8s.io/utils/exec"
)

const (
	idleTimeout     = 4 * time.Hour
	creationTimeout = 30 * time.Second
)

// serve answers what the API server asks a kubelet.
func serve(pods *pods, port int, cert, key string) error {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /containerLogs/{namespace}/{pod}/{container}", withContainer(pods, serveLogs))
	mux.HandleFunc("/exec/{namespace}/{pod}/{container}", withContainer(pods, serveExec))
	mux.HandleFunc("/attach/{namespace}/{pod}/{container}", withContainer(pods, serveAttach))
	mux.HandleFunc("/portForward/{namespace}/{pod}", func(w http.ResponseWriter, r *http.Request) {
		if pod := pods.find(r.PathValue("namespace"), r.PathValue("pod")); pod == nil {
			http.Error(w, "pod does not exist", http.StatusNotFound)
		} else if options, err := portforward.NewV4Options(r); err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		} else {
			portforward.ServePortForward(
				w, r, forwarder{}, pod.Name, string(pod.UID), options, idleTimeout, creationTimeout, portforward.SupportedProtocols)
		}
	})
	return http.ListenAndServeTLS(fmt.Sprintf("127.0.0.1:%d", port), cert, key, mux)
}

func withContainer(pods *pods, next func(http.ResponseWriter, *http.Request, *container)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := r.PathValue("container")
		pod := pods.find(r.PathValue("namespace"), r.PathValue("pod"))
		if pod == nil {
			http.Error(w, "pod does not exist", http.StatusNotFound)
		} else if container := pod.find(name); container == nil {
			http.Error(w, fmt.Sprintf("container %q not found in pod %q", name, pod.Name), http.StatusNotFound)
		} else {
			next(w, r, container)
		}
	}
}

func serveLogs(w http.ResponseWriter, r *http.Request, c *container) {
	query := r.URL.Query()
	number := func(name string) *int64 {
		value, err := strconv.ParseInt(query.Get(name), 10, 64)
		if err != nil {
			return nil
		}
		return &value
	}
	options := &core.PodLogOptions{
		Follow: query.Get("follow") == "true", Timestamps: query.Get("timestamps") == "true",
		SinceSeconds: number("sinceSeconds"), TailLines: number("tailLines"), LimitBytes: number("limitBytes"),
	}
	since := time.Time{}
	if options.SinceSeconds != nil {
		since = time.Now().Add(-time.Duration(*options.SinceSeconds) * time.Second)
	} else if text := query.Get("sinceTime"); text != "" {
		since, _ = time.Parse(time.RFC3339Nano, text)
	}
	c.lock.Lock()
	attempt := c.attempt
	c.lock.Unlock()
	if query.Get("previous") == "true" {
		attempt--
	}
	if attempt < 0 {
		http.Error(w, fmt.Sprintf("previous terminated container %q in pod %q not found", c.spec.Name, c.pod.Name), http.StatusBadRequest)
		return
	}
	w.WriteHeader(http.StatusOK)
	out := flusher{w}
	out.Write(nil) // the head of the answer must not wait for the first line
	err := logs.ReadLogs(r.Context(), c.logPath(attempt), "", &logs.LogOptions{
		TailLines: options.TailLines, LimitBytes: options.LimitBytes, Since: since, Follow: options.Follow, Timestamp: options.Timestamps,
	}, containerState{container: c}, out, out)
	if err != nil && r.Context().Err() == nil {
		fmt.Fprintln(out, err)
	}
}

// flusher sends what is written at once.
type flusher struct{ http.ResponseWriter }

func (f flusher) Write(data []byte) (int, error) {
	n, err := f.ResponseWriter.Write(data)
	f.ResponseWriter.(http.Flusher).Flush()
	return n, err
}

// containerState tells those who follow a log whether there is more to come.
type containerState struct {
	internalapi.RuntimeService
	container *container
}

func (s containerState) ContainerStatus(context.Context, string, bool) (*cri.ContainerStatusResponse, error) {
	state := cri.ContainerState_CONTAINER_EXITED
	if s.container.status().State.Running != nil {
		state = cri.ContainerState_CONTAINER_RUNNING
	}
	return &cri.ContainerStatusResponse{Status: &cri.ContainerStatus{State: state}}, nil
}

func serveExec(w http.ResponseWriter, r *http.Request, c *container) {
	if options, err := remotecommand.NewOptions(r); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	} else {
		remotecommand.ServeExec(w, r, runner{c}, "", "", "", r.URL.Query()["command"], options,
			idleTimeout, creationTimeout, remotecommand.SupportedStreamingProtocols)
	}
}

func serveAttach(w http.ResponseWriter, r *http.Request, c *container) {
	if options, err := remotecommand.NewOptions(r); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
	} else {
		remotecommand.ServeAttach(w, r, runner{c}, "", "", "", options,
			idleTimeout, creationTimeout, remotecommand.SupportedStreamingProtocols)
	}
}

// runner connects streams with the processes of a container.
type runner struct{ *container }

func (c runner) ExecInContainer(
	ctx context.Context, _, _, _ string, argv []string, in io.Reader, out, errs io.WriteCloser, tty bool,
	resize <-chan remotecommand.TerminalSize, _ time.Duration,
) error {
	if c.status().State.Running == nil {
		return fmt.Errorf("container %q is not running", c.spec.Name)
	}
	command := c.command(argv)
	wait, err := startExec(command, in, out, errs, tty, resize)
	if err != nil {
		return fmt.Errorf("failed to exec in container: %w", err)
	}
	c.lock.Lock()
	c.execs[command.Process] = struct{}{}
	c.lock.Unlock()
	err = wait()
	c.lock.Lock()
	delete(c.execs, command.Process)
	c.lock.Unlock()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		return utilexec.CodeExitError{Err: err, Code: exitCode(err)}
	}
	return nil // that the other side went away is not the command's fault
}

func startExec(
	command *exec.Cmd, in io.Reader, out, errs io.WriteCloser, tty bool, resize <-chan remotecommand.TerminalSize,
) (wait func() error, err error) {
	if tty {
		command.SysProcAttr = nil // a terminal makes a session, and so a process group
		terminal, err := pty.Start(command)
		if err != nil {
			return nil, err
		}
		go followSize(terminal, resize)
		if in != nil {
			go io.Copy(terminal, in)
		}
		return func() error {
			io.Copy(out, terminal)
			terminal.Close() // hangs up if the other side went away
			return command.Wait()
		}, nil
	}
	// Not as `Stdin`, for whose end `Wait` would wait.
	stdin, err := command.StdinPipe()
	if err != nil {
		return nil, err
	}
	if out != nil {
		command.Stdout = out
	}
	if errs != nil {
		command.Stderr = errs
	}
	// What a slow reader has not fetched yet is lost then; without it, a child that keeps the output would be waited for.
	command.WaitDelay = 30 * time.Second
	if err := command.Start(); err != nil {
		return nil, err
	}
	go func() {
		if in != nil {
			io.Copy(stdin, in)
		}
		stdin.Close()
	}()
	return command.Wait, nil
}

func (c runner) AttachContainer(
	ctx context.Context, _, _, _ string, in io.Reader, out, errs io.WriteCloser, tty bool, resize <-chan remotecommand.TerminalSize,
) error {
	attached := &output{failed: make(chan struct{})}
	if out != nil {
		attached.stdout = out
	}
	if errs != nil {
		attached.stderr = errs
	}
	c.lock.Lock()
	stdin, terminal, ended, running := c.stdin, c.terminal, c.ended, c.process != nil
	if running {
		c.outputs[attached] = struct{}{}
	}
	c.lock.Unlock()
	if !running {
		return fmt.Errorf("container %q is not running", c.spec.Name)
	}
	defer func() {
		c.lock.Lock()
		defer c.lock.Unlock()
		delete(c.outputs, attached)
	}()
	if terminal != nil {
		go followSize(terminal, resize)
	}
	if in != nil && stdin != nil {
		go func() {
			io.Copy(stdin, in)
			if c.spec.StdinOnce {
				stdin.Close()
			}
		}()
	}
	select {
	case <-ended:
	case <-attached.failed:
	}
	return nil
}

func followSize(terminal *os.File, resize <-chan remotecommand.TerminalSize) {
	for size := range resize {
		pty.Setsize(terminal, &pty.Winsize{Rows: size.Height, Cols: size.Width})
	}
}

// forwarder connects a stream with a port of this machine.
type forwarder struct{}

func (forwarder) PortForward(_ context.Context, _, _ string, port int32, stream io.ReadWriteCloser) error {
	conn, err := net.Dial("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		return fmt.Errorf("failed to connect to localhost:%d inside the pod: %w", port, err)
	}
	defer conn.Close()
	go func() {
		io.Copy(conn, stream)
		conn.(*net.TCPConn).CloseWrite()
	}()
	_, err = io.Copy(stream, conn)
	return err
}
