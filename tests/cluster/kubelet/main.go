// Command kubelet stands in for a kubelet: it runs the containers of the pods on one node as plain processes of this
// machine, and serves their logs, exec, attach and port-forward with the code that real kubelets and container
// runtimes use for it. There is no isolation, so it is for tests that need exit codes and real streams.
package main

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"

	coordination "k8s.io/api/coordination/v1"
	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/clientcmd"
)

const heartbeat = 10 * time.Second

func main() {
	kubeconfig := flag.String("kubeconfig", "", "how to reach the API server")
	name := flag.String("node-name", "", "the name of the node")
	port := flag.Int("port", 0, "where to serve on 127.0.0.1")
	cert := flag.String("tls-cert-file", "", "the certificate to serve with")
	key := flag.String("tls-private-key-file", "", "its key")
	dir := flag.String("root-dir", "", "a folder for the logs and the working folders of containers")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, *kubeconfig, *name, *port, *cert, *key, *dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(ctx context.Context, kubeconfig, name string, port int, cert, key, dir string) error {
	config, err := clientcmd.BuildConfigFromFlags("", kubeconfig)
	if err != nil {
		return err
	}
	config.QPS = -1 // no throttling
	client, err := kubernetes.NewForConfig(config)
	if err != nil {
		return err
	}
	pods := newPods(client, dir)
	defer pods.stopAll()
	failed := make(chan error, 1)
	go func() { failed <- serve(pods, port, cert, key) }()
	// The lease comes first, as it keeps kwok, which manages all nodes that nobody holds, away from this one.
	if err := renewLease(ctx, client, name); err != nil {
		return err
	}
	if err := registerNode(ctx, client, name, port); err != nil {
		return err
	}
	go pods.watch(ctx, name)
	ticker := time.NewTicker(heartbeat)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case err := <-failed:
			return err
		case <-ticker.C:
			if err := renewLease(ctx, client, name); err != nil {
				fmt.Fprintln(os.Stderr, "cannot renew the lease:", err)
			}
		}
	}
}

func renewLease(ctx context.Context, client kubernetes.Interface, name string) error {
	seconds := int32(4 * heartbeat / time.Second)
	now := meta.NowMicro()
	leases := client.CoordinationV1().Leases(core.NamespaceNodeLease)
	lease, err := leases.Get(ctx, name, meta.GetOptions{})
	if errors.IsNotFound(err) {
		_, err = leases.Create(ctx, &coordination.Lease{
			ObjectMeta: meta.ObjectMeta{Name: name},
			Spec:       coordination.LeaseSpec{HolderIdentity: &name, LeaseDurationSeconds: &seconds, RenewTime: &now},
		}, meta.CreateOptions{})
	} else if err == nil {
		lease.Spec.RenewTime = &now
		_, err = leases.Update(ctx, lease, meta.UpdateOptions{})
	}
	return err
}

func registerNode(ctx context.Context, client kubernetes.Interface, name string, port int) error {
	nodes := client.CoreV1().Nodes()
	node, err := nodes.Create(ctx, &core.Node{
		ObjectMeta: meta.ObjectMeta{Name: name, Labels: map[string]string{core.LabelHostname: name}},
		// Only pods that name this node run here.
		Spec: core.NodeSpec{Taints: []core.Taint{{Key: "kubescript.test/kubelet", Effect: core.TaintEffectNoSchedule}}},
	}, meta.CreateOptions{})
	if errors.IsAlreadyExists(err) {
		node, err = nodes.Get(ctx, name, meta.GetOptions{})
	}
	if err != nil {
		return err
	}
	now := meta.Now()
	node.Status = core.NodeStatus{
		Addresses:       []core.NodeAddress{{Type: core.NodeInternalIP, Address: "127.0.0.1"}},
		DaemonEndpoints: core.NodeDaemonEndpoints{KubeletEndpoint: core.DaemonEndpoint{Port: int32(port)}},
		Conditions: []core.NodeCondition{{
			Type: core.NodeReady, Status: core.ConditionTrue, Reason: "KubeletReady", LastHeartbeatTime: now, LastTransitionTime: now,
		}},
	}
	_, err = nodes.UpdateStatus(ctx, node, meta.UpdateOptions{})
	return err
}
