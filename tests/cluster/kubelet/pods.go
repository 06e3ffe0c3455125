package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	core "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/errors"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/tools/cache"
)

// pods are those that run on this node, by namespace and name.
type pods struct {
	client kubernetes.Interface
	dir    string
	lock   sync.Mutex
	byName map[string]*pod
}

// pod is one pod with its running containers.
type pod struct {
	*core.Pod
	client     kubernetes.Interface
	dir        string
	containers []*container
	startedAt  meta.Time
	changed    chan struct{}
	stopped    chan struct{}
	stopOnce   sync.Once
}

func newPods(client kubernetes.Interface, dir string) *pods {
	return &pods{client: client, dir: dir, byName: map[string]*pod{}}
}

// watch starts and stops pods as the API server says, until the context ends.
func (p *pods) watch(ctx context.Context, node string) {
	selector := fields.OneTermEqualSelector("spec.nodeName", node)
	source := cache.NewListWatchFromClient(p.client.CoreV1().RESTClient(), "pods", meta.NamespaceAll, selector)
	_, controller := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: source,
		ObjectType:    &core.Pod{},
		Handler: cache.ResourceEventHandlerFuncs{
			AddFunc:    func(object any) { p.see(object.(*core.Pod)) },
			UpdateFunc: func(_, object any) { p.see(object.(*core.Pod)) },
			DeleteFunc: func(object any) {
				if seen, ok := object.(*core.Pod); ok {
					p.forget(seen)
				}
			},
		},
	})
	controller.RunWithContext(ctx)
}

func (p *pods) see(seen *core.Pod) {
	p.lock.Lock()
	defer p.lock.Unlock()
	key := seen.Namespace + "/" + seen.Name
	known := p.byName[key]
	if seen.DeletionTimestamp != nil {
		go func() {
			if known != nil {
				known.stop()
			}
			now := int64(0)
			err := p.client.CoreV1().Pods(seen.Namespace).Delete(context.Background(), seen.Name, meta.DeleteOptions{
				GracePeriodSeconds: &now, Preconditions: &meta.Preconditions{UID: &seen.UID},
			})
			if err != nil && !errors.IsNotFound(err) && !errors.IsConflict(err) {
				fmt.Fprintf(os.Stderr, "cannot remove pod %s: %v\n", key, err)
			}
		}()
		return
	}
	ended := seen.Status.Phase == core.PodSucceeded || seen.Status.Phase == core.PodFailed
	if known != nil && known.UID == seen.UID || ended {
		return
	}
	dir := filepath.Join(p.dir, string(seen.UID))
	started := &pod{
		Pod: seen, client: p.client, dir: dir, startedAt: meta.Now(),
		changed: make(chan struct{}, 1), stopped: make(chan struct{}),
	}
	for _, spec := range seen.Spec.Containers {
		started.containers = append(started.containers, newContainer(started, spec))
	}
	p.byName[key] = started
	go started.publish()
	for _, container := range started.containers {
		go container.run()
	}
}

func (p *pods) forget(seen *core.Pod) {
	p.lock.Lock()
	defer p.lock.Unlock()
	key := seen.Namespace + "/" + seen.Name
	if known := p.byName[key]; known != nil && known.UID == seen.UID {
		delete(p.byName, key)
		go known.stop()
	}
}

func (p *pods) find(namespace, name string) *pod {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.byName[namespace+"/"+name]
}

func (p *pods) stopAll() {
	p.lock.Lock()
	defer p.lock.Unlock()
	for _, pod := range p.byName {
		pod.stop()
	}
}

// stop ends all processes of a pod and removes its files.
func (p *pod) stop() {
	p.stopOnce.Do(func() {
		close(p.stopped)
		for _, container := range p.containers {
			container.stop()
		}
		os.RemoveAll(p.dir)
	})
}

func (p *pod) find(name string) *container {
	for _, container := range p.containers {
		if container.spec.Name == name {
			return container
		}
	}
	return nil
}

// notify has the state of the pod published soon.
func (p *pod) notify() {
	select {
	case p.changed <- struct{}{}:
	default:
	}
}

// publish keeps the pod's status at the API server as the pod is.
func (p *pod) publish() {
	for {
		select {
		case <-p.stopped:
			return
		case <-p.changed:
		}
		patch, err := json.Marshal(map[string]any{"status": p.status()})
		if err == nil {
			_, err = p.client.CoreV1().Pods(p.Namespace).Patch(
				context.Background(), p.Name, types.MergePatchType, patch, meta.PatchOptions{}, "status")
		}
		if err != nil && !errors.IsNotFound(err) {
			fmt.Fprintf(os.Stderr, "cannot publish the status of pod %s/%s: %v\n", p.Namespace, p.Name, err)
		}
	}
}

func (p *pod) status() core.PodStatus {
	status := core.PodStatus{
		Phase: core.PodRunning, StartTime: &p.startedAt,
		HostIP: "127.0.0.1", PodIP: "127.0.0.1", PodIPs: []core.PodIP{{IP: "127.0.0.1"}},
	}
	ended, failed, ready := true, false, core.ConditionTrue
	for _, container := range p.containers {
		state := container.status()
		status.ContainerStatuses = append(status.ContainerStatuses, state)
		over := state.State.Terminated
		ended = ended && over != nil && !container.restarts(int(over.ExitCode))
		failed = failed || over != nil && over.ExitCode != 0
		if !state.Ready {
			ready = core.ConditionFalse
		}
	}
	if ended && failed {
		status.Phase = core.PodFailed
	} else if ended {
		status.Phase = core.PodSucceeded
	}
	for kind, value := range map[core.PodConditionType]core.ConditionStatus{
		core.PodInitialized: core.ConditionTrue, core.ContainersReady: ready, core.PodReady: ready, core.PodScheduled: core.ConditionTrue,
	} {
		status.Conditions = append(status.Conditions, core.PodCondition{Type: kind, Status: value, LastTransitionTime: p.startedAt})
	}
	return status
}
